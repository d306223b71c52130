"""Build the two C programs, and start the mock and the targets that stand in front of it.

Knows how nginx and hegui are configured for a fair race: one process on one core, keep-alive on both sides, nothing
written to an access log that the other does not write. Knows nothing of what is measured.
Works with files in a work directory only, on loopback ports chosen at run time; peers are started by whoever wants
them. Rules: the nginx documentation of proxy_buffering and of the upstream module's keepalive.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import lexicon
import processes
from processes import CannotMeasure

HERE = Path(__file__).resolve().parent
BUILD = HERE / "build"
COMPILE = ("-O2", "-Wall", "-Wextra")

HEGUI = str(Path(sys.executable).with_name("hegui"))  # the one installed beside this Python
HEGUI_ADD_APP = (HEGUI, "app", "add", "bench", "--upstream", "{upstream}", "--json")  # prints {"api_key": …}
HEGUI_LOAD_LEXICON = (HEGUI, "lexicon", "load", "{lexicon}")
HEGUI_SERVE = (HEGUI, "serve", "--host", "127.0.0.1", "--port", "{port}")
HEGUI_ENVIRONMENT = {"HEGUI_STATE_DIR": "{workdir}/state-{name}", "HEGUI_EVIDENCE_DURABILITY": "{durability}"}
EVERYTHING = {"HEGUI_POLICY_FILE": str(HERE / "everything.yaml")}
"""Settings with which every detector runs."""
HEGUI_HEALTH = "/healthz"

NGINX_CONFIG = """\
daemon off;
worker_processes 1;
worker_rlimit_nofile 8192;
pid {workdir}/nginx.pid;
error_log {workdir}/nginx.log warn;
{user}
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {workdir}/nginx-body;
    proxy_temp_path {workdir}/nginx-proxy;
    fastcgi_temp_path {workdir}/nginx-fastcgi;
    uwsgi_temp_path {workdir}/nginx-uwsgi;
    scgi_temp_path {workdir}/nginx-scgi;
    keepalive_timeout 600s;
    keepalive_requests 1000000000;
    upstream mock {{
        server {upstream};
        keepalive 512;
        keepalive_timeout 600s;
        keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        location / {{
            proxy_pass http://mock;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Target:
    """Something that answers POST {base_url}/chat/completions; `pid` is None when its cost cannot be seen."""

    process: subprocess.Popen[bytes] | None
    base_url: str
    api_key: str | None = None
    pid: int | None = None
    boot_seconds: float | None = None

    @property
    def port(self) -> int:
        return urlsplit(self.base_url).port or 80

    @property
    def path(self) -> str:
        return urlsplit(self.base_url).path.rstrip("/") + "/chat/completions"


def compile_programs() -> None:
    """Compile upstream.c and loadgen.c where the source is newer than the program."""
    if not sys.platform.startswith("linux"):
        raise CannotMeasure("this benchmark needs Linux: the mock uses epoll, the cost of a process comes from /proc")
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        raise CannotMeasure("no C compiler found; on Debian or Ubuntu run: apt-get install gcc libc6-dev")
    BUILD.mkdir(exist_ok=True)
    for name in ("upstream", "loadgen"):
        source, program = HERE / f"{name}.c", BUILD / name
        if program.exists() and program.stat().st_mtime > source.stat().st_mtime:
            continue
        fresh = BUILD / f"{name}.{os.getpid()}"  # renamed when whole: an interrupted build leaves no half program
        done = subprocess.run(
            [compiler, *COMPILE, "-o", str(fresh), str(source)], capture_output=True, text=True, timeout=120
        )
        if done.returncode:
            raise CannotMeasure(
                f"{compiler} cannot compile {source.name}; on Debian or Ubuntu run: apt-get install gcc libc6-dev\n"
                f"{done.stderr}"
            )
        fresh.replace(program)


def mock_text() -> str:
    """Every text a stream of the mock can contain, as one string."""
    command = [str(BUILD / "upstream"), "--print-text", "0"]
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()


def start_upstream(workdir: Path, port: int = 0) -> Target:
    """The mock, on any free port unless one is wanted."""
    command = [str(BUILD / "upstream"), "--port", str(port)]
    log = workdir / "upstream.log"
    process = processes.start(command, core=processes.cores()[0], log=log, piped=True)
    word, _, number = processes.read_line(process, 10).partition(" ")
    if word != "port":
        raise CannotMeasure(f"the mock did not start:\n{processes.tail(log)}")
    return Target(process, f"http://127.0.0.1:{int(number)}/v1", pid=process.pid)


def start_nginx(upstream_url: str, workdir: Path) -> Target:
    """nginx as a reverse proxy: one worker, a keep-alive pool, no buffering of answers."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if not program:
        raise CannotMeasure(
            "nginx not found; on Debian or Ubuntu run: apt-get install nginx-light (its service is not used and need "
            "not run), or leave it out: --targets direct,hegui"
        )
    port = processes.free_port()
    user = f"user {pwd.getpwuid(os.geteuid()).pw_name};" if os.geteuid() == 0 else ""
    config, log = workdir / "nginx.conf", workdir / "nginx.log"
    config.write_text(
        NGINX_CONFIG.format(workdir=workdir, user=user, upstream=urlsplit(upstream_url).netloc, port=port)
    )
    command = [program, "-p", str(workdir), "-e", str(log), "-c", str(config)]
    process = processes.start(command, core=processes.cores()[1], log=log)
    boot = processes.wait_for_http(process, port, "/v1/models", log)
    return Target(process, f"http://127.0.0.1:{port}/v1", pid=process.pid, boot_seconds=boot)


def start_hegui(
    upstream_url: str, workdir: Path, name: str, *, durability: str = "async", settings: Mapping[str, str] | None = None
) -> Target:
    """One hegui process with one app, 10,000 terms, these settings, and everything else as it is by default."""
    if not Path(HEGUI).exists():
        raise CannotMeasure(f"{HEGUI} not found; install this project into the Python that runs the benchmark")
    port = processes.free_port()
    terms, log = workdir / "lexicon.csv", workdir / f"{name}.log"
    lexicon.write_lexicon(terms, mock_text())
    words = {"workdir": str(workdir), "upstream": upstream_url, "lexicon": str(terms), "port": str(port)}
    words |= {"durability": durability, "name": name}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEGUI_")}
    environment |= {name: value.format(**words) for name, value in HEGUI_ENVIRONMENT.items()} | dict(settings or {})
    key = json.loads(_hegui(HEGUI_ADD_APP, words, environment, workdir))["api_key"]
    _hegui(HEGUI_LOAD_LEXICON, words, environment, workdir)
    command = [word.format(**words) for word in HEGUI_SERVE]
    process = processes.start(command, core=processes.cores()[1], log=log, environment=environment)
    boot = processes.wait_for_http(process, port, HEGUI_HEALTH, log)
    return Target(process, f"http://127.0.0.1:{port}/v1", key, process.pid, boot)


def _hegui(template: tuple[str, ...], words: dict[str, str], environment: dict[str, str], workdir: Path) -> str:
    command = [word.format(**words) for word in template]
    done = subprocess.run(command, env=environment, cwd=workdir, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise CannotMeasure(f"{' '.join(command)} ended with status {done.returncode}:\n{done.stderr or done.stdout}")
    return done.stdout


def peer(text: str) -> tuple[str, Target]:
    """A peer that is already running, from NAME=URL=KEY; URL is its OpenAI base on this machine, KEY may be empty."""
    name, _, rest = text.partition("=")
    url, _, key = rest.partition("=")
    parts = urlsplit(url)
    if not name or parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "localhost"):
        raise CannotMeasure(f"--extra {text}: write NAME=http://127.0.0.1:PORT/v1=KEY (loopback only)")
    pid = processes.listener_pid(parts.port or 80)
    if pid is None:
        raise CannotMeasure(f"--extra {text}: nothing listens on port {parts.port or 80} of 127.0.0.1")
    return name, Target(None, url, key or None, pid)
