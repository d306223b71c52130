/* A fast stand-in for an OpenAI server, so that what is measured is the gateway in front of it.
 *
 * Knows GET /v1/models and POST /v1/chat/completions over HTTP/1.1 keep-alive, plain or streamed. Knows no model, no
 * JSON and no TLS: it looks for three fields in the body and answers from templates. Works as one thread with one epoll
 * loop; a connection is a (kind, step, offset) triple from which the bytes to write next are rebuilt, so a full socket
 * costs no memory, and a heap of due times behind one timerfd paces the slow streams. Rules: the shape of the OpenAI
 * chat.completion and chat.completion.chunk objects; RFC 9112 (chunked framing); the WHATWG server-sent events format.
 *
 * Fields it reads from the JSON body (they survive a proxy, headers may not):
 *   "stream": true      answer as server-sent events
 *   "max_tokens": N     number of content events, default 64
 *   "seed": D           microseconds between content events, default 0 = as fast as possible
 * The first content event of a paced stream is due one delay after the role event; due times are absolute, so a late
 * event does not push the later ones back. Streams without delay take turns, one event each, as a batched model does.
 *
 * upstream [--port P]      serve on 127.0.0.1 (0, the default: any free port) and print "port P"
 * upstream --print-text N  print the first N tokens; 0: once round the ring and eight tokens more, which holds
 *                          every text of up to 16 characters that a stream can contain
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
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
    RING_TOKENS = 8192,  /* tokens before the text repeats */
    CHARACTER_BYTES = 3, /* UTF-8 bytes of every character below */
    TOKEN_BYTES = 2 * CHARACTER_BYTES,
    ANSWER_TOKENS = 32, /* length of the answer that is not streamed */
    MAX_TOKENS = 1000000,
    MAX_DELAY_US = 60000000,
    FIRST_BUFFER = 4096,   /* bytes */
    MAX_REQUEST = 4 << 20, /* bytes */
    EVENT_BATCH = 256,
};

/* Some 500 of the most frequent characters of modern Chinese, all of GB 2312 level 1. */
static const char COMMON[] =
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定"
    "行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其"
    "些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建"
    "月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接"
    "知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器"
    "压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议"
    "声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复"
    "容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标"
    "写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严";

enum kind { IDLE, FIXED, STREAM };
enum progress { FINISHED, WAITING, GONE };

struct connection {
    int fd; /* -1 once closed; freed after the batch of events that may still name it */
    enum kind kind;
    bool close_after;
    bool blocked; /* the socket was full: EPOLLOUT is asked for */
    const char *fixed;
    size_t fixed_length;
    uint32_t step, tokens, first_token;
    size_t offset;        /* bytes of the current piece already written */
    int64_t due, delay;   /* nanoseconds */
    int heap_at, turn_at; /* places in the two lists below, or -1 */
    char *input;
    size_t input_length, input_size;
    struct connection *next_closed;
};

static char ring[RING_TOKENS * TOKEN_BYTES];
static uint32_t ring_cursor; /* each stream goes on where the one before it stopped */
static char stream_head[512], role_event[512], content_event[512], finish_event[512], done_event[64];
static size_t stream_head_length, role_length, content_length, content_at, finish_length, done_length;
static char answer_response[2048], models_response[512], not_found[256], bad_request[256], length_required[256];

static int epoll, timer;
static int64_t timer_armed; /* the due time the timerfd is set to, 0: none */
static struct connection **heap, **turns, *closed;
static int heap_length, heap_size, turn_length, turn_size;
static const char LISTENER, TIMER; /* addresses that mark the two other descriptors */

static int64_t now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static void *grow(void *list, int *size, int needed, size_t item) {
    if (needed <= *size) return list;
    *size = *size ? *size * 2 : 64;
    list = realloc(list, (size_t)*size * item);
    if (!list) abort();
    return list;
}

/* ---- the text and the templates ---- */

static void make_ring(void) {
    uint64_t state = 0x9E3779B97F4A7C15u; /* xorshift64 with a fixed seed: the same text in every run */
    size_t characters = (sizeof COMMON - 1) / CHARACTER_BYTES;
    for (size_t at = 0; at < sizeof ring; at += CHARACTER_BYTES) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        memcpy(ring + at, COMMON + (state >> 16) % characters * CHARACTER_BYTES, CHARACTER_BYTES);
    }
}

static size_t make_event(char *into, size_t size, const char *data, const char *tail) {
    return (size_t)snprintf(into, size, "%zx\r\ndata: %s\n\n\r\n%s", strlen(data) + 8, data, tail);
}

static void make_response(char *into, size_t size, const char *status, const char *body, const char *extra) {
    snprintf(into, size, "HTTP/1.1 %s\r\nContent-Type: application/json\r\n%sContent-Length: %zu\r\n\r\n%s", status,
             extra, strlen(body), body);
}

static size_t make_chunk_event(char *into, size_t size, const char *delta, const char *finish_reason) {
    char data[256];
    snprintf(data, sizeof data,
             "{\"id\":\"chatcmpl-x\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"m\","
             "\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]}",
             delta, finish_reason);
    return make_event(into, size, data, "");
}

static void make_refusal(char *into, size_t size, const char *status, const char *message, const char *extra) {
    char body[128];
    snprintf(body, sizeof body, "{\"error\":{\"message\":\"%s\",\"type\":\"invalid_request_error\"}}", message);
    make_response(into, size, status, body, extra);
}

static void make_templates(void) {
    stream_head_length = (size_t)snprintf(stream_head, sizeof stream_head,
                                          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
                                          "Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n");
    role_length = make_chunk_event(role_event, sizeof role_event, "{\"role\":\"assistant\",\"content\":\"\"}", "null");
    content_length = make_chunk_event(content_event, sizeof content_event, "{\"content\":\"000000\"}", "null");
    content_at = (size_t)(strstr(content_event, "\"000000\"") + 1 - content_event); /* six bytes, set per event */
    finish_length = make_chunk_event(finish_event, sizeof finish_event, "{}", "\"stop\"");
    done_length = make_event(done_event, sizeof done_event, "[DONE]", "0\r\n\r\n");

    char body[1024];
    snprintf(body, sizeof body,
             "{\"id\":\"chatcmpl-x\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"m\","
             "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%.*s\"},"
             "\"finish_reason\":\"stop\"}],"
             "\"usage\":{\"prompt_tokens\":16,\"completion_tokens\":%d,\"total_tokens\":%d}}",
             ANSWER_TOKENS * TOKEN_BYTES, ring, ANSWER_TOKENS, ANSWER_TOKENS + 16);
    make_response(answer_response, sizeof answer_response, "200 OK", body, "");
    make_response(models_response, sizeof models_response, "200 OK",
                  "{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"object\":\"model\",\"created\":1700000000,"
                  "\"owned_by\":\"bench\"}]}",
                  "");
    make_refusal(not_found, sizeof not_found, "404 Not Found", "no such path", "");
    make_refusal(bad_request, sizeof bad_request, "400 Bad Request", "not understood", "Connection: close\r\n");
    make_refusal(length_required, sizeof length_required, "411 Length Required", "send a Content-Length",
                 "Connection: close\r\n");
}

/* ---- the heap of due times, and the list of streams that take turns ---- */

static void heap_set(int at, struct connection *c) {
    heap[at] = c;
    c->heap_at = at;
}

static void heap_sift(int at, struct connection *c) {
    while (at > 0 && heap[(at - 1) / 2]->due > c->due) {
        heap_set(at, heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    for (int child; (child = 2 * at + 1) < heap_length; at = child) {
        if (child + 1 < heap_length && heap[child + 1]->due < heap[child]->due) child++;
        if (heap[child]->due >= c->due) break;
        heap_set(at, heap[child]);
    }
    heap_set(at, c);
}

static void heap_add(struct connection *c) {
    heap = grow(heap, &heap_size, heap_length + 1, sizeof *heap);
    heap_sift(heap_length++, c);
}

static void heap_remove(struct connection *c) {
    if (c->heap_at < 0) return;
    struct connection *last = heap[--heap_length];
    if (last != c) heap_sift(c->heap_at, last);
    c->heap_at = -1;
}

static void turn_add(struct connection *c) {
    if (c->turn_at >= 0) return;
    turns = grow(turns, &turn_size, turn_length + 1, sizeof *turns);
    c->turn_at = turn_length;
    turns[turn_length++] = c;
}

static void turn_remove(struct connection *c) {
    if (c->turn_at < 0) return;
    struct connection *last = turns[--turn_length];
    turns[c->turn_at] = last;
    last->turn_at = c->turn_at;
    c->turn_at = -1;
}

static void arm_timer(void) {
    int64_t due = heap_length ? heap[0]->due : 0;
    if (due == timer_armed) return;
    struct itimerspec when = {.it_value = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
    timer_armed = due;
}

/* ---- answering ---- */

static void drop(struct connection *c) {
    heap_remove(c);
    turn_remove(c);
    close(c->fd);
    c->fd = -1;
    c->next_closed = closed;
    closed = c;
}

static void bury(void) {
    while (closed) {
        struct connection *c = closed;
        closed = c->next_closed;
        free(c->input);
        free(c);
    }
}

static void ask_for_space(struct connection *c, bool blocked) {
    if (c->blocked == blocked) return;
    c->blocked = blocked;
    struct epoll_event event = {.events = EPOLLIN | (blocked ? (uint32_t)EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
}

/* The bytes of the current step, whole; the caller skips what is already written. */
static const char *piece(const struct connection *c, size_t *length) {
    if (c->kind == FIXED) return *length = c->fixed_length, c->fixed;
    if (c->step == 0) return *length = stream_head_length, stream_head;
    if (c->step == 1) return *length = role_length, role_event;
    if (c->step == c->tokens + 2) return *length = finish_length, finish_event;
    if (c->step == c->tokens + 3) return *length = done_length, done_event;
    uint32_t token = (c->first_token + c->step - 2) % RING_TOKENS;
    memcpy(content_event + content_at, ring + token * TOKEN_BYTES, TOKEN_BYTES);
    return *length = content_length, content_event;
}

/* Write one piece after another until the answer is finished, or has to wait for space, its turn or its time. */
static enum progress advance(struct connection *c) {
    for (;;) {
        size_t length;
        const char *bytes = piece(c, &length);
        ssize_t written = write(c->fd, bytes + c->offset, length - c->offset);
        if (written < 0 && errno != EAGAIN && errno != EINTR) return GONE;
        if (written > 0) c->offset += (size_t)written;
        if (c->offset < length) {
            turn_remove(c);
            ask_for_space(c, true);
            return WAITING;
        }
        ask_for_space(c, false);
        c->offset = 0;
        c->step++;
        if (c->kind == FIXED || c->step > c->tokens + 3) return FINISHED;
        if (c->delay == 0) {
            turn_add(c);
            return WAITING;
        }
        if (c->step < 2 || c->step > c->tokens + 1) continue; /* only content events are paced */
        c->due += c->delay;
        if (c->due <= now_ns()) continue;
        heap_add(c);
        return WAITING;
    }
}

/* Where the value of a quoted name begins, or the end; an escaped quote before the name means it is someone's text. */
static const char *field(const char *body, size_t length, const char *quoted) {
    const char *end = body + length, *at = body;
    size_t width = strlen(quoted);
    while ((at = memmem(at, (size_t)(end - at), quoted, width))) {
        const char *value = at + width;
        while (value < end && (*value == ' ' || *value == '\n')) value++;
        if ((at == body || at[-1] != '\\') && value < end && *value == ':') {
            for (value++; value < end && (*value == ' ' || *value == '\n');) value++;
            return value;
        }
        at += width;
    }
    return end;
}

static long number_field(const char *body, size_t length, const char *quoted, long otherwise, long most) {
    const char *at = field(body, length, quoted), *end = body + length;
    if (at >= end || *at < '0' || *at > '9') return otherwise;
    long value = 0;
    for (; at < end && *at >= '0' && *at <= '9' && value <= most; at++) value = value * 10 + (*at - '0');
    return value < most ? value : most;
}

static void answer_fixed(struct connection *c, const char *response) {
    c->kind = FIXED;
    c->fixed = response;
    c->fixed_length = strlen(response);
    if (response == bad_request || response == length_required) c->close_after = true;
}

static void answer_chat(struct connection *c, const char *body, size_t length) {
    const char *stream = field(body, length, "\"stream\"");
    if (body + length - stream < 4 || memcmp(stream, "true", 4) != 0) {
        answer_fixed(c, answer_response);
        return;
    }
    c->kind = STREAM;
    c->tokens = (uint32_t)number_field(body, length, "\"max_tokens\"", 64, MAX_TOKENS);
    c->delay = 1000LL * number_field(body, length, "\"seed\"", 0, MAX_DELAY_US);
    c->due = c->delay ? now_ns() : 0;
    c->first_token = ring_cursor;
    ring_cursor = (ring_cursor + c->tokens) % RING_TOKENS;
}

/* ---- asking ---- */

static bool header_is(const char *line, size_t length, const char *name, const char **value) {
    size_t width = strlen(name);
    if (length <= width || line[width] != ':' || strncasecmp(line, name, width) != 0) return false;
    for (*value = line + width + 1; **value == ' ';) (*value)++;
    return true;
}

/* Take one whole request off the input and choose its answer; false while it is incomplete. */
static bool take_request(struct connection *c) {
    if (!c->input_length) return false;
    char *head_end = memmem(c->input, c->input_length, "\r\n\r\n", 4);
    if (!head_end) return false;
    size_t body_length = 0, head_length = (size_t)(head_end - c->input) + 4;
    bool chunked = false;
    c->close_after = false;
    for (char *line = c->input; line < head_end;) {
        char *line_end = memmem(line, (size_t)(head_end + 2 - line), "\r\n", 2);
        const char *value;
        size_t length = (size_t)(line_end - line);
        if (header_is(line, length, "content-length", &value)) body_length = strtoul(value, NULL, 10);
        else if (header_is(line, length, "transfer-encoding", &value)) chunked = true;
        else if (header_is(line, length, "connection", &value)) c->close_after = !strncasecmp(value, "close", 5);
        line = line_end + 2;
    }
    const char *first_end = memchr(c->input, '\r', head_length);
    bool modern = first_end - c->input > 9 && !memcmp(first_end - 9, " HTTP/1.1", 9);
    if (!modern || chunked || body_length > MAX_REQUEST) {
        answer_fixed(c, chunked ? length_required : bad_request);
        c->input_length = 0;
    } else {
        if (c->input_length < head_length + body_length) return false;
        if (!strncmp(c->input, "POST /v1/chat/completions ", 26))
            answer_chat(c, c->input + head_length, body_length);
        else
            answer_fixed(c, strncmp(c->input, "GET /v1/models ", 15) ? not_found : models_response);
        c->input_length -= head_length + body_length;
        memmove(c->input, c->input + head_length + body_length, c->input_length);
    }
    c->step = 0;
    c->offset = 0;
    return true;
}

static void serve(struct connection *c) {
    for (;;) {
        if (c->kind == IDLE && !take_request(c)) return;
        enum progress progress = advance(c);
        if (progress == WAITING) return;
        turn_remove(c);
        if (progress == GONE || c->close_after) {
            drop(c);
            return;
        }
        c->kind = IDLE;
    }
}

static void receive(struct connection *c) {
    if (c->input_length == c->input_size) {
        size_t size = c->input_size ? c->input_size * 2 : FIRST_BUFFER;
        char *input = size <= 2 * MAX_REQUEST ? realloc(c->input, size) : NULL;
        if (!input) {
            drop(c);
            return;
        }
        c->input = input;
        c->input_size = size;
    }
    ssize_t got = read(c->fd, c->input + c->input_length, c->input_size - c->input_length);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        drop(c);
        return;
    }
    c->input_length += (size_t)got;
    if (c->kind == IDLE) serve(c);
}

static void welcome(int listener) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
        if (fd < 0) return;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct connection *c = calloc(1, sizeof *c);
        if (!c) abort();
        c->fd = fd;
        c->heap_at = c->turn_at = -1;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

/* ---- the loop ---- */

static void serve_due(void) {
    uint64_t expirations;
    if (read(timer, &expirations, sizeof expirations) < 0) return;
    timer_armed = 0;
    for (int64_t now = now_ns(); heap_length && heap[0]->due <= now;) {
        struct connection *c = heap[0];
        heap_remove(c);
        serve(c);
    }
}

static void give_turns(void) {
    for (int at = 0; at < turn_length;) {
        struct connection *c = turns[at];
        serve(c);
        if (at < turn_length && turns[at] == c) at++; /* else another one took its place */
    }
}

static void run(int listener) {
    struct epoll_event events[EVENT_BATCH];
    for (;;) {
        arm_timer();
        int count = epoll_wait(epoll, events, EVENT_BATCH, turn_length ? 0 : -1);
        for (int i = 0; i < count; i++) {
            void *what = events[i].data.ptr;
            struct connection *c = what;
            if (what == &LISTENER) welcome(listener);
            else if (what == &TIMER) serve_due();
            else if (c->fd >= 0) {
                if (events[i].events & EPOLLOUT) serve(c);
                if (c->fd >= 0 && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(c);
            }
        }
        give_turns();
        bury();
    }
}

static int listen_on(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 1024) ||
        getsockname(fd, (struct sockaddr *)&address, &size)) {
        perror("upstream: cannot listen on 127.0.0.1");
        exit(1);
    }
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void watch(int fd, const char *mark) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = (void *)mark};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void allow_many_files(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files)) return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

static void print_text(long tokens) {
    if (tokens == 0) tokens = RING_TOKENS + 8;
    for (long i = 0; i < tokens; i++) fwrite(ring + i % RING_TOKENS * TOKEN_BYTES, 1, TOKEN_BYTES, stdout);
    putchar('\n');
}

int main(int argc, char **argv) {
    int port = 0;
    make_ring();
    if (argc == 3 && !strcmp(argv[1], "--print-text")) {
        print_text(atol(argv[2]));
        return 0;
    }
    if (argc == 3 && !strcmp(argv[1], "--port")) port = atoi(argv[2]);
    else if (argc != 1) {
        fprintf(stderr, "usage: upstream [--port P | --print-text N]\n");
        return 2;
    }
    make_templates();
    signal(SIGPIPE, SIG_IGN);
    allow_many_files();
    int listener = listen_on(port);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    watch(listener, &LISTENER);
    watch(timer, &TIMER);
    run(listener);
}
