/* Ask a gateway for chat completions as fast as it answers, and print one line of JSON about how that went.
 *
 * Knows HTTP/1.1 keep-alive answers (Content-Length or chunked, cut anywhere) and server-sent events (several in one
 * read, or one over several reads). Knows no JSON and no TLS: it looks for two strings in each event. Works as a closed
 * loop in one thread: every connection sends its next request when its last answer is complete; at the end of the
 * window nothing new is asked and what is under way is drained, so no work is left behind in the target. Rules: RFC 9112
 * (framing), the WHATWG server-sent events format, `data: [DONE]` as OpenAI ends a stream.
 *
 * What counts:
 *   event      one `data:` line, whatever is in it, [DONE] included
 *   ttft       from sending the request to the first event whose "content" is not empty
 *   gap        between two events whose "content" is not empty
 *   character  one code point of "content"
 *   error      a status other than 200, a closed or malformed answer, an answer without text, a stream without [DONE]
 *              or with fewer characters than asked for, the text content_filter anywhere, an answer that never came
 * Requests sent during the warm-up are made and checked but not timed. Rates count what arrived inside the window.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
    READ_SIZE = 1 << 18,
    HEAD_SIZE = 16 << 10, /* longest response head, bytes */
    LINE_SIZE = 64 << 10, /* longest event line or plain answer, bytes */
    REQUEST_SIZE = 64 << 10,
    EVENT_BATCH = 256,
    HOPELESS = 1000, /* failures in a row after which the run is given up */
};

enum state { CLOSED, CONNECTING, SENDING, HEAD, BODY };
enum framing { BY_LENGTH, CHUNK_SIZE, CHUNK_DATA, CHUNK_END, TRAILER, BY_CLOSE };
enum failure { NONE, CONNECT, STATUS, BROKEN, FILTERED, SHORT, UNFINISHED, FAILURES };
static const char *const FAILURE_NAMES[] = {"",         "connect", "status", "broken",
                                            "filtered", "short",   "unfinished"};

struct samples {
    uint32_t *us10; /* tenths of a microsecond, so up to 429 s */
    size_t count, size;
};

struct connection {
    int fd;
    enum state state;
    enum framing framing;
    bool reused, timed, last_of_connection, has_done, has_filter;
    size_t sent;
    int64_t asked_at, content_at; /* nanoseconds; content_at 0: none yet */
    uint64_t remaining;           /* bytes of the body, or of the chunk */
    uint32_t characters;
    size_t head_length, line_length;
    char head[HEAD_SIZE], line[LINE_SIZE];
};

static struct {
    const char *host, *path, *key, *model, *prompt;
    int port, connections, tokens, delay_us, spread_us;
    bool stream;
    double seconds, warmup, drain;
    long total;
} option = {.host = "127.0.0.1", .path = "/v1/chat/completions", .key = NULL, .model = "m",
            .prompt = "请介绍一下长江流域的春天。", .connections = 1, .tokens = 64, .seconds = 5, .drain = 10};

static char request[REQUEST_SIZE], input[READ_SIZE];
static size_t request_length;
static struct sockaddr_in address;
static int epoll, timer;
static const char TIMER; /* marks the timer's descriptor */
static struct connection *connections;
static int64_t now, window_from, window_to; /* nanoseconds, CLOCK_MONOTONIC */
static int started, in_flight, hopeless;
static uint64_t asked, answered, answered_in_window, events, events_in_window, characters_in_window, reconnects;
static uint64_t failures[FAILURES];
static struct samples latency, ttft, gap;

static int64_t clock_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

/* ---- samples ---- */

static void sample(struct samples *s, int64_t ns) {
    if (s->count == s->size) {
        s->size = s->size ? s->size * 2 : 1 << 16;
        s->us10 = realloc(s->us10, s->size * sizeof *s->us10);
        if (!s->us10) abort();
    }
    s->us10[s->count++] = ns / 100 > UINT32_MAX ? UINT32_MAX : (uint32_t)(ns / 100);
}

static int by_size(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Milliseconds at a quantile of sorted samples (nearest rank), printed as JSON. */
static void print_quantile(const char *name, const struct samples *s, double quantile) {
    if (!s->count) printf(",\"%s\":null", name);
    else printf(",\"%s\":%.4f", name, s->us10[(size_t)((double)(s->count - 1) * quantile + 0.5)] / 1e4);
}

static void print_report(double seconds) {
    uint64_t errors = 0;
    for (int i = 1; i < FAILURES; i++) errors += failures[i];
    qsort(latency.us10, latency.count, sizeof *latency.us10, by_size);
    qsort(ttft.us10, ttft.count, sizeof *ttft.us10, by_size);
    qsort(gap.us10, gap.count, sizeof *gap.us10, by_size);
    printf("{\"mode\":\"%s\",\"connections\":%d,\"seconds\":%.6f,\"requests\":%lu,\"requests_in_window\":%lu"
           ",\"events\":%lu,\"events_in_window\":%lu,\"errors\":%lu,\"reconnects\":%lu",
           option.stream ? "stream" : "requests", option.connections, seconds, answered, answered_in_window, events,
           events_in_window, errors, reconnects);
    for (int i = 1; i < FAILURES; i++) printf(",\"errors_%s\":%lu", FAILURE_NAMES[i], failures[i]);
    printf(",\"rps\":%.2f,\"events_per_s\":%.2f,\"characters_per_s\":%.2f", (double)answered_in_window / seconds,
           (double)events_in_window / seconds, (double)characters_in_window / seconds);
    print_quantile("latency_p50_ms", &latency, 0.5);
    print_quantile("latency_p99_ms", &latency, 0.99);
    print_quantile("ttft_p50_ms", &ttft, 0.5);
    print_quantile("ttft_p99_ms", &ttft, 0.99);
    print_quantile("gap_p50_ms", &gap, 0.5);
    print_quantile("gap_p99_ms", &gap, 0.99);
    printf("}\n");
}

/* ---- asking ---- */

static void make_request(void) {
    static char body[REQUEST_SIZE / 2];
    int length = snprintf(body, sizeof body,
                          "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],"
                          "\"max_tokens\":%d,\"seed\":%d%s}",
                          option.model, option.prompt, option.tokens, option.delay_us,
                          option.stream ? ",\"stream\":true" : "");
    int all = snprintf(request, sizeof request,
                       "POST %s HTTP/1.1\r\nHost: %s:%d\r\n%s%s%sContent-Type: application/json\r\n"
                       "Accept: %s\r\nContent-Length: %d\r\n\r\n%s",
                       option.path, option.host, option.port, option.key ? "Authorization: Bearer " : "",
                       option.key ? option.key : "", option.key ? "\r\n" : "",
                       option.stream ? "text/event-stream" : "application/json", length, body);
    if (length >= (int)sizeof body || all >= (int)sizeof request) {
        fprintf(stderr, "loadgen: the request is too long\n");
        exit(2);
    }
    request_length = (size_t)all;
}

static void listen_for(struct connection *c, uint32_t what, int operation) {
    struct epoll_event event = {.events = what, .data.ptr = c};
    epoll_ctl(epoll, operation, c->fd, &event);
}

static bool may_ask(void) {
    if (hopeless >= HOPELESS) return false;
    return option.total ? asked < (uint64_t)option.total : now < window_to;
}

static void fail(struct connection *c, enum failure why);

static void hang_up(struct connection *c) {
    if (c->state == CLOSED) return;
    close(c->fd);
    c->state = CLOSED;
}

static void dial(struct connection *c) {
    int on = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) {
        perror("loadgen: socket");
        exit(2);
    }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->state = CONNECTING;
    c->reused = false;
    /* The answer to connect comes with EPOLLOUT, also when it is a refusal. */
    connect(c->fd, (struct sockaddr *)&address, sizeof address);
    listen_for(c, EPOLLOUT, EPOLL_CTL_ADD);
}

static void send_rest(struct connection *c) {
    ssize_t written = write(c->fd, request + c->sent, request_length - c->sent);
    if (written < 0 && errno != EAGAIN && errno != EINTR) {
        fail(c, BROKEN);
        return;
    }
    if (written > 0) c->sent += (size_t)written;
    if (c->sent < request_length) {
        if (c->state != SENDING) listen_for(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
        c->state = SENDING;
        return;
    }
    if (c->state == SENDING) listen_for(c, EPOLLIN, EPOLL_CTL_MOD);
    c->state = HEAD;
}

static void begin(struct connection *c) {
    c->sent = c->head_length = c->line_length = 0;
    c->characters = 0;
    c->content_at = 0;
    c->has_done = c->has_filter = c->last_of_connection = false;
    c->asked_at = clock_ns();
    c->timed = c->asked_at >= window_from;
    send_rest(c);
}

/* Count a request and send it, over a new connection if there is none. */
static void ask(struct connection *c) {
    if (!may_ask()) {
        hang_up(c);
        return;
    }
    asked++;
    in_flight++;
    if (c->state == CLOSED) dial(c);
    else begin(c);
}

static void fail(struct connection *c, enum failure why) {
    bool stale = why == BROKEN && c->reused && c->head_length == 0; /* an idle connection may be closed by the server */
    hang_up(c);
    if (stale && hopeless < HOPELESS) {
        reconnects++;
        hopeless++;
        dial(c);
        return;
    }
    failures[why]++;
    hopeless++;
    in_flight--;
    ask(c);
}

/* ---- answers ---- */

/* Code points of the first "content" string in a line of JSON; 0 if there is none or it is null or empty. */
static uint32_t content_characters(const char *line, size_t length) {
    static const char name[] = "\"content\":";
    const char *end = line + length, *at = memmem(line, length, name, sizeof name - 1);
    if (!at) return 0;
    for (at += sizeof name - 1; at < end && *at == ' ';) at++;
    if (at == end || *at++ != '"') return 0;
    uint32_t count = 0;
    for (; at < end && *at != '"'; at++) {
        if ((*at & 0xC0) == 0x80) continue; /* inside a UTF-8 sequence */
        count++;
        if (*at != '\\' || ++at == end) continue;
        if (*at == 'u') at += end - at > 4 ? 4 : 0;
    }
    return count;
}

static void take_line(struct connection *c, const char *line, size_t length) {
    if (length && line[length - 1] == '\r') length--;
    if (length < 5 || memcmp(line, "data:", 5) != 0) return; /* comments, event names, the empty line between events */
    line += 5;
    length -= 5;
    if (length && *line == ' ') line++, length--;
    bool in_window = now >= window_from && now < window_to;
    events++;
    events_in_window += in_window;
    if (length == 6 && !memcmp(line, "[DONE]", 6)) {
        c->has_done = true;
        return;
    }
    if (memmem(line, length, "content_filter", 14)) c->has_filter = true;
    uint32_t characters = content_characters(line, length);
    if (!characters) return;
    if (in_window) characters_in_window += characters;
    if (c->timed) {
        if (c->content_at) sample(&gap, now - c->content_at);
        else sample(&ttft, now - c->asked_at);
    }
    c->content_at = now;
    c->characters += characters;
}

static bool keep(struct connection *c, const char *bytes, size_t length) {
    if (length > sizeof c->line - c->line_length) return false;
    memcpy(c->line + c->line_length, bytes, length);
    c->line_length += length;
    return true;
}

/* Take bytes of the body, free of framing: cut them into lines, or keep them until the plain answer is whole. */
static bool take_body(struct connection *c, const char *bytes, size_t length) {
    if (!option.stream) return keep(c, bytes, length);
    while (length) {
        const char *line_end = memchr(bytes, '\n', length);
        if (!line_end) return keep(c, bytes, length);
        size_t line_length = (size_t)(line_end - bytes);
        if (c->line_length) {
            if (!keep(c, bytes, line_length)) return false;
            take_line(c, c->line, c->line_length);
            c->line_length = 0;
        } else {
            take_line(c, bytes, line_length);
        }
        bytes += line_length + 1;
        length -= line_length + 1;
    }
    return true;
}

static void finish(struct connection *c) {
    enum failure why = NONE;
    if (option.stream) {
        if (c->line_length) take_line(c, c->line, c->line_length);
        if (c->has_filter) why = FILTERED;
        else if (!c->has_done || c->characters < 2 * (uint32_t)option.tokens) why = SHORT;
    } else {
        if (memmem(c->line, c->line_length, "content_filter", 14)) why = FILTERED;
        else if (!content_characters(c->line, c->line_length)) why = SHORT;
    }
    if (why) {
        failures[why]++;
    } else {
        hopeless = 0;
        answered++;
        answered_in_window += now >= window_from && now < window_to;
        if (c->timed) sample(&latency, now - c->asked_at);
    }
    in_flight--;
    c->reused = true;
    if (c->last_of_connection) hang_up(c);
    ask(c);
}

static bool header_is(const char *line, size_t length, const char *name, const char **value) {
    size_t width = strlen(name);
    if (length <= width || line[width] != ':' || strncasecmp(line, name, width) != 0) return false;
    for (*value = line + width + 1; **value == ' ';) (*value)++;
    return true;
}

/* Read the head in c->head, which ends with an empty line, and make ready for the body. */
static enum failure take_head(struct connection *c) {
    const char *end = c->head + c->head_length, *value;
    c->framing = BY_CLOSE;
    for (const char *line = c->head; line < end;) {
        const char *line_end = memchr(line, '\r', (size_t)(end - line));
        size_t length = (size_t)(line_end - line);
        if (header_is(line, length, "content-length", &value)) {
            c->framing = BY_LENGTH;
            c->remaining = strtoull(value, NULL, 10);
        } else if (header_is(line, length, "transfer-encoding", &value)) {
            c->framing = CHUNK_SIZE;
            c->remaining = 0;
        } else if (header_is(line, length, "connection", &value) && !strncasecmp(value, "close", 5)) {
            c->last_of_connection = true;
        }
        line = line_end + 2;
    }
    if (c->framing == BY_CLOSE) c->last_of_connection = true;
    c->state = BODY;
    return memcmp(c->head, "HTTP/1.1 200", 12) ? STATUS : NONE;
}

/* Add to c->head up to and with the empty line; the number of bytes used, or 0 when the head is too long. */
static size_t take_head_bytes(struct connection *c, const char *bytes, size_t length, bool *whole) {
    size_t before = c->head_length, room = sizeof c->head - before, take = length < room ? length : room;
    memcpy(c->head + before, bytes, take);
    size_t from = before > 3 ? before - 3 : 0;
    const char *end = memmem(c->head + from, before + take - from, "\r\n\r\n", 4);
    *whole = end != NULL;
    c->head_length = end ? (size_t)(end + 4 - c->head) : before + take;
    return end || take == length ? c->head_length - before : 0;
}

static int hexadecimal(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The lines around chunks. CHUNK_SIZE reads digits up to the line end; line_length is not touched, so an event may
 * go on in the next chunk. Returns false when the framing is broken, sets *whole after the last line. */
static bool take_framing(struct connection *c, char byte, bool *whole) {
    static const uint64_t EXTENSION = 1ull << 62; /* marks that the digits are over */
    switch (c->framing) {
    case CHUNK_SIZE:
        if (byte == '\n') {
            c->remaining &= ~EXTENSION;
            c->framing = c->remaining ? CHUNK_DATA : TRAILER;
            c->head_length = 0; /* now the length of the trailer line */
        } else if (!(c->remaining & EXTENSION)) {
            int digit = hexadecimal(byte);
            if (digit < 0 && byte != ';' && byte != '\r' && byte != ' ') return false;
            c->remaining = digit < 0 ? c->remaining | EXTENSION : c->remaining * 16 + (uint64_t)digit;
            if (digit >= 0 && c->remaining > 1u << 30) return false;
        }
        return true;
    case CHUNK_END:
        if (byte == '\n') c->framing = CHUNK_SIZE, c->remaining = 0;
        return byte == '\n' || byte == '\r';
    case TRAILER:
        if (byte == '\n') {
            *whole = c->head_length == 0;
            c->head_length = 0;
        } else if (byte != '\r') {
            c->head_length++;
        }
        return true;
    default:
        return false;
    }
}

/* Take bytes of the framed body; *whole when the answer is complete. Returns the bytes used, or 0 for a fault. */
static size_t take_framed(struct connection *c, const char *bytes, size_t length, bool *whole) {
    size_t used = 0;
    while (used < length && !*whole) {
        if (c->framing == BY_CLOSE) {
            if (!take_body(c, bytes + used, length - used)) return 0;
            return length;
        }
        if (c->framing != BY_LENGTH && c->framing != CHUNK_DATA) {
            if (!take_framing(c, bytes[used++], whole)) return 0;
            continue;
        }
        size_t take = length - used < c->remaining ? length - used : (size_t)c->remaining;
        if (!take_body(c, bytes + used, take)) return 0;
        used += take;
        c->remaining -= take;
        if (c->remaining) continue;
        if (c->framing == CHUNK_DATA) c->framing = CHUNK_END;
        else *whole = true;
    }
    return used;
}

static void take(struct connection *c, const char *bytes, size_t length) {
    bool whole = false;
    if (c->state == HEAD) {
        size_t used = take_head_bytes(c, bytes, length, &whole);
        enum failure why = used ? NONE : BROKEN;
        if (used && !whole) return;
        if (!why) why = take_head(c);
        if (why) {
            fail(c, why);
            return;
        }
        bytes += used;
        length -= used;
        whole = c->framing == BY_LENGTH && c->remaining == 0;
    }
    size_t used = length && !whole ? take_framed(c, bytes, length, &whole) : 0;
    if (length && used == 0 && !whole) fail(c, BROKEN);
    else if (whole && used < length) fail(c, BROKEN); /* more than was asked for */
    else if (whole) finish(c);
}

static void receive(struct connection *c) {
    ssize_t got = read(c->fd, input, sizeof input);
    now = clock_ns();
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got > 0) {
        if (c->state == HEAD || c->state == BODY) take(c, input, (size_t)got);
        else fail(c, BROKEN); /* an answer before the request was sent */
        return;
    }
    if (got == 0 && c->state == BODY && c->framing == BY_CLOSE) finish(c);
    else fail(c, BROKEN);
}

static void connected(struct connection *c) {
    int fault = 0;
    socklen_t size = sizeof fault;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &fault, &size);
    if (fault) {
        fail(c, CONNECT);
        return;
    }
    listen_for(c, EPOLLIN, EPOLL_CTL_MOD);
    begin(c);
}

/* ---- the loop ---- */

/* Start the next connections: all at once, or one per tick when they are spread over a span. */
static void start_due(void) {
    uint64_t ticks = (uint64_t)option.connections;
    if (option.spread_us && read(timer, &ticks, sizeof ticks) < 0) return;
    for (; ticks && started < option.connections; ticks--) ask(&connections[started++]);
}

static void start_ticking(void) {
    long step = 1000L * option.spread_us / option.connections;
    if (step < 1) step = 1;
    struct itimerspec every = {.it_value = {.tv_sec = step / 1000000000, .tv_nsec = step % 1000000000}};
    every.it_interval = every.it_value;
    timerfd_settime(timer, 0, &every, NULL);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = (void *)&TIMER};
    epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
}

static void run(void) {
    struct epoll_event ready[EVENT_BATCH];
    int64_t give_up = window_to + (int64_t)(option.drain * 1e9);
    now = clock_ns();
    if (option.spread_us) start_ticking();
    else start_due();
    while ((in_flight || (started < option.connections && may_ask())) && now < give_up) {
        int count = epoll_wait(epoll, ready, EVENT_BATCH, 100);
        now = clock_ns();
        for (int i = 0; i < count; i++) {
            struct connection *c = ready[i].data.ptr;
            if (ready[i].data.ptr == &TIMER) start_due();
            else if (c->state == CONNECTING) connected(c);
            else if (c->state == SENDING && ready[i].events & EPOLLOUT) send_rest(c);
            else if (c->state != CLOSED) receive(c);
        }
    }
    failures[UNFINISHED] = (uint64_t)in_flight;
}

static void read_options(int argc, char **argv) {
    static const struct option names[] = {
        {"host", 1, 0, 'h'},   {"port", 1, 0, 'p'},    {"connections", 1, 0, 'c'}, {"mode", 1, 0, 'm'},
        {"seconds", 1, 0, 's'}, {"total", 1, 0, 'n'},  {"warmup", 1, 0, 'w'},      {"drain", 1, 0, 'd'},
        {"tokens", 1, 0, 't'}, {"delay-us", 1, 0, 'u'}, {"spread-us", 1, 0, 'r'},  {"key", 1, 0, 'k'},
        {"path", 1, 0, 'P'},   {"model", 1, 0, 'M'},   {"prompt", 1, 0, 'T'},      {0, 0, 0, 0}};
    for (int name; (name = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        switch (name) {
        case 'h': option.host = optarg; break;
        case 'p': option.port = atoi(optarg); break;
        case 'c': option.connections = atoi(optarg); break;
        case 'm': option.stream = !strcmp(optarg, "stream"); break;
        case 's': option.seconds = atof(optarg); break;
        case 'n': option.total = atol(optarg); break;
        case 'w': option.warmup = atof(optarg); break;
        case 'd': option.drain = atof(optarg); break;
        case 't': option.tokens = atoi(optarg); break;
        case 'u': option.delay_us = atoi(optarg); break;
        case 'r': option.spread_us = atoi(optarg); break;
        case 'k': option.key = optarg; break;
        case 'P': option.path = optarg; break;
        case 'M': option.model = optarg; break;
        case 'T': option.prompt = optarg; break;
        default: option.port = 0; optind = argc; /* said by getopt */
        }
    }
    if (option.port && option.connections > 0 && optind == argc) return;
    fprintf(stderr,
            "usage: loadgen --port P [--host IPV4] [--connections N] [--mode requests|stream]\n"
            "               [--seconds S | --total N (with --seconds as the longest time)] [--warmup S] [--drain S]\n"
            "               [--tokens N] [--delay-us D] [--spread-us D] [--key KEY] [--path PATH] [--model M]\n"
            "               [--prompt TEXT, ready for a JSON string]\n");
    exit(2);
}

static void allow_many_files(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files)) return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

int main(int argc, char **argv) {
    read_options(argc, argv);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)option.port);
    if (inet_pton(AF_INET, option.host, &address.sin_addr) != 1) {
        fprintf(stderr, "loadgen: --host takes an IPv4 address\n");
        return 2;
    }
    make_request();
    signal(SIGPIPE, SIG_IGN);
    allow_many_files();
    connections = calloc((size_t)option.connections, sizeof *connections);
    if (!connections) abort();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    window_from = clock_ns() + (int64_t)(option.warmup * 1e9);
    window_to = window_from + (int64_t)(option.seconds * 1e9);
    run();
    int64_t end = option.total && now < window_to ? now : window_to;
    print_report((double)(end - window_from) / 1e9);
    return hopeless >= HOPELESS;
}
