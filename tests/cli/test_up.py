"""`hegui up`: what it prints works at once."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.support.patience import PATIENCE_SECONDS, free_port


def test_the_printed_key_works_with_the_first_request(tmp_path: Path) -> None:
    """A newcomer's curl comes before the gateway has looked for new keys a second time."""
    environ = {**os.environ, "HEGUI_STATE_DIR": str(tmp_path / "state"), "HEGUI_LEXICON_POLL_SECONDS": "3600"}
    command = [sys.executable, "-m", "hegui", "up", "--port", str(free_port())]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = ""
        while "curl" not in said:
            said = child.stdout.readline()
        url = re.search(r"http://\S+", said)
        headers = dict(re.findall(r"-H '([^:]+): ([^']+)'", said))
        body = re.search(r"-d '(.+)'", said)
        assert url
        assert body
        request = urllib.request.Request(url[0], body[1].encode(), headers)
        try:
            events = [line for line in first_answer(request).splitlines() if line.startswith("data: {")]
            assert json.loads(events[0].removeprefix("data: "))["aigc"]["Label"] == "1"
        finally:
            child.terminate()
            child.stdout.read()


def first_answer(request: urllib.request.Request) -> str:
    """What the first request brings that reaches the gateway at all."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up_at:
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            time.sleep(0.01)
    raise AssertionError("nobody answers")
