"""Who a client is: an address, or a network of IPv6; and what the log says where nobody can be told from another."""

from __future__ import annotations

from http.client import HTTPConnection
from pathlib import Path

import pytest

from conftest import TINY, serving
from delmaal.http.fairuse import FairUse, client_of
from delmaal.release import Release
from delmaal.serving.front.advice import ENOUGH


@pytest.mark.parametrize(("one", "other", "same"), [
    ("[2001:db8:1:2::1]:5", "[2001:db8:1:2:ffff:ffff:ffff:ffff]:7", True),
    ("[2001:db8:1:2::1]:5", "[2001:db8:1:3::1]:5", False),
    ("[::ffff:192.0.2.1]:5", "192.0.2.1:7", True),
    ("[::ffff:192.0.2.1]:5", "[::ffff:192.0.2.2]:5", False),
    ("[fe80::1%eth0]:5", "[fe80::2%eth1]:5", True),
    ("192.0.2.1:5", "192.0.2.2:5", False),
])
def test_a_client_is_an_address_or_a_network(tmp_path: Path, one: str, other: str, same: bool) -> None:
    assert (client_of(one, "", 0) == client_of(other, "", 0)) is same
    limited = FairUse(tmp_path, 1, 0)
    assert limited.wait(one, "") == 0
    assert (limited.wait(other, "") > 0) is same
    behind = FairUse(tmp_path / "behind", 1, 1)
    noted = [address.rpartition(":")[0].strip("[]") for address in (one, other)]
    assert behind.wait("127.0.0.1:1", noted[0]) == 0
    assert (behind.wait("127.0.0.1:1", f"6.6.6.6, {noted[1]}") > 0) is same


def test_the_machine_itself_is_never_limited(tmp_path: Path) -> None:
    limited = FairUse(tmp_path, 1, 0)
    for peer in ("127.0.0.1:1", "127.8.9.1:2", "[::1]:3", "[::ffff:127.0.0.1]:4"):
        assert all(limited.wait(peer, "") == 0 for _ in range(3)), peer


@pytest.mark.parametrize(("environment", "headers", "said"), [
    ({}, {"X-Forwarded-For": "203.0.113.9"}, "DELMAAL_TRUSTED_HOPS is 0"),
    ({"DELMAAL_CLIENT_LIMIT": "60"}, {"Forwarded": "for=203.0.113.9"}, "DELMAAL_TRUSTED_HOPS is 0"),
    ({"DELMAAL_CLIENT_LIMIT": "60"}, {}, "every client so far is this machine itself"),
    ({"DELMAAL_CLIENT_LIMIT": "60", "DELMAAL_TRUSTED_HOPS": "1"}, {}, "every client so far is this machine itself"),
    ({"DELMAAL_CLIENT_LIMIT": "60", "DELMAAL_TRUSTED_HOPS": "1"}, {"X-Forwarded-For": "203.0.113.9"}, ""),
    ({}, {}, ""),
])
def test_the_log_says_once_where_clients_cannot_be_told_apart(tiny_release: Release, shelves: Path,
                                                              environment: dict[str, str], headers: dict[str, str],
                                                              said: str) -> None:
    assert tiny_release.folder.is_dir()
    server = serving(TINY, shelves, **environment)
    with server as client:
        for _ in range(2 * ENOUGH + 20):  # each with a connection of its own, so that both processes get some
            connection = HTTPConnection("127.0.0.1", client.base_url.port or 80)
            connection.request("GET", "/health", headers=headers)
            connection.getresponse().read()
            connection.close()
    found = [line for line in server.printed.splitlines() if "DELMAAL_TRUSTED_HOPS" in line]
    assert len(found) == bool(said), server.printed
    assert all(said in line for line in found)
