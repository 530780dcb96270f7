"""A container as docs/containers.md has it: the root read-only, a user without a name, one place to write to."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import pytest

from conftest import ROOT, free_port
from delmaal.keeper.memory import query_memory
from delmaal.release import Release
from delmaal.settings import load
from processes import descendants, until

CONTAINER = r"""
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$TMPDIR"
chmod 1777 "$TMPDIR"
mount -o remount,bind,ro /
touch /written 2>/dev/null && exit 97
cd /
exec setpriv --reuid 12345 --regid 0 --clear-groups --no-new-privs \
  --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search --bounding-set=-all,+dac_read_search \
  env -u HOME "$@"
"""
"""All may be read, as in an image, and nothing written."""


def may_be_made() -> bool:
    """Whether such surroundings can be had here."""
    if not (shutil.which("unshare") and shutil.which("setpriv") and os.geteuid() == 0):
        return False
    tried = subprocess.run(["unshare", "-m", "sh", "-c", "mount --make-rprivate / && mount -o remount,bind,ro /"],
                           capture_output=True, check=False)
    return tried.returncode == 0


@pytest.mark.skipif(not may_be_made(), reason="no name space of mounts may be made here")
def test_a_release_is_served_where_nothing_else_can_be_written(tiny_release: Release, shelves: Path) -> None:
    port, temporary = free_port(), tempfile.mkdtemp()  # not as deep as pytest's own: a socket's address is short
    environment = {**os.environ, "TMPDIR": temporary, "DELMAAL_OUT": str(shelves), "DELMAAL_NO_BUILD": "1",
                   "PYTHONPATH": os.pathsep.join([str(ROOT / "server"), *sys.path])}
    command = ["unshare", "-m", "sh", "-c", CONTAINER, "container", sys.executable, "-m", "delmaal", "serve", "tiny",
               "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            def ready() -> bool:
                if process.poll() is not None:
                    raise AssertionError(process.communicate()[0])
                try:
                    return client.get("/ready").status_code == 200
                except httpx.TransportError:
                    return False

            until(ready, 60)
            for path in ("/", "/doc/theme/god-helse.ttl", "/search.json?q=helse", "/data/all.nt", "/metrics", "/feed",
                         f"/release/{tiny_release.id}/doc/theme/god-helse"):
                assert client.get(path).status_code == 200, path
            big = 'SELECT ?v { VALUES ?n { 1 2 3 4 } BIND("' + "x" * 90_000 + '" AS ?v) ?s ?p ?o } LIMIT 100'
            assert len(client.post("/sparql", data={"query": big}).content) > 1_000_000, "by way of a file"
            users = {Path(f"/proc/{pid}").stat().st_uid for pid in {process.pid, *descendants(process.pid)}}
            assert users == {12345}
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            printed = process.communicate(timeout=60)[0]
            assert process.returncode == 0, printed
            assert time.monotonic() - begun < 10
            assert "Traceback" not in printed
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
        Path(temporary).rmdir()  # the server wrote to what was mounted on it


def test_what_the_guide_says_of_memory_holds() -> None:
    text = (ROOT / "docs" / "containers.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) (MB|GB)[^|]* \| ([\d,]+)", text, re.MULTILINE)
    assert len(rows) == 5
    settings = load({}, {"DELMAAL_QUERY_WORKERS": "5"})
    for number, unit, said in rows:
        total = int(number) << (20 if unit == "MB" else 30)
        assert query_memory(settings, total) == int(said.replace(",", "")), (number, unit)
