"""Signatures of releases: whoever has the public key can tell, and nothing else passes."""

from __future__ import annotations

import base64
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from conftest import ROOT, TINY, serving
from delmaal.release import Release, Shelf

DELMAAL = (sys.executable, "-m", "delmaal")
PASSPHRASE = b"a horse, correct"


@pytest.fixture
def shelf(tiny_release: Release, tmp_path: Path) -> Shelf:
    """A shelf with a copy of the tiny release."""
    folder = tmp_path / "out" / "tiny"
    shutil.copytree(tiny_release.folder.parent.parent, folder, symlinks=True)
    return Shelf(folder)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of each kind: ours, another's, ours with a passphrase, and kinds that are no use."""
    folder = tmp_path_factory.mktemp("keys")
    ours = ed25519.Ed25519PrivateKey.generate()
    write(folder / "ours", ours)
    write(folder / "theirs", ed25519.Ed25519PrivateKey.generate())
    write(folder / "locked", ours, PASSPHRASE)
    write(folder / "rsa", rsa.generate_private_key(65537, 2048))
    write(folder / "ec", ec.generate_private_key(ec.SECP256R1()))
    (folder / "text.pem").write_text("no key\n")
    (folder / "cut.pem").write_bytes((folder / "ours.pem").read_bytes()[:60])
    (folder / "cut.pub").write_bytes((folder / "ours.pub").read_bytes()[:60])
    return folder


def write(path: Path, key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
          passphrase: bytes | None = None) -> None:
    """Write a key pair as openssl does."""
    lock = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    path.with_suffix(".pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock))
    path.with_suffix(".pub").write_bytes(key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))


def delmaal(shelf: Shelf, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command on a shelf."""
    command = [*DELMAAL, str(arguments[0]), str(TINY), *map(str, arguments[1:]), "--out", str(shelf.folder.parent)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=ROOT,
                          stdin=subprocess.DEVNULL)


def signatures(shelf: Shelf) -> Path:
    """The file with the signatures."""
    return shelf.folder / "signatures" / f"{shelf.current().id}.json"


def test_signed_release_verifies_with_the_public_key(shelf: Shelf, keys: Path) -> None:
    signed = delmaal(shelf, "sign", "--key", keys / "ours.pem")
    assert signed.returncode == 0, signed.stderr
    found = re.fullmatch(r"release ([0-9a-f]{12}) is signed with key ([0-9a-f]{12})\n", signed.stdout)
    assert found is not None
    verified = delmaal(shelf, "verify", "--key", keys / "ours.pub")
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout.endswith(f"signed with key {found[2]}\n")
    assert delmaal(shelf, "verify").returncode == 0


def test_other_software_verifies_it(shelf: Shelf, keys: Path, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not here")
    delmaal(shelf, "sign", "--key", keys / "ours.pem")
    found = json.loads(signatures(shelf).read_bytes())
    (tmp_path / "message").write_bytes(f"delmaal release {found['release']}\nseal {found['seal']}\n".encode())
    (tmp_path / "signature").write_bytes(base64.b64decode(found["signatures"][0]["signature"]))
    command: list[str | Path] = [openssl, "pkeyutl", "-verify", "-rawin", "-in", tmp_path / "message",
                                 "-sigfile", tmp_path / "signature", "-pubin", "-inkey"]
    assert subprocess.run([*command, keys / "ours.pub"], check=False, capture_output=True).returncode == 0
    assert subprocess.run([*command, keys / "theirs.pub"], check=False, capture_output=True).returncode != 0


def test_several_keys_sign_and_each_once(shelf: Shelf, keys: Path) -> None:
    for name in ("ours", "theirs", "ours"):
        assert delmaal(shelf, "sign", "--key", keys / f"{name}.pem").returncode == 0
    assert len(json.loads(signatures(shelf).read_bytes())["signatures"]) == 2
    for name in ("ours", "theirs"):
        assert delmaal(shelf, "verify", "--key", keys / f"{name}.pub").returncode == 0


def test_release_that_was_not_signed_with_the_key(shelf: Shelf, keys: Path) -> None:
    for expected in ("it has none", "it has [0-9a-f]{12}"):
        missing = delmaal(shelf, "verify", "--key", keys / "theirs.pub")
        assert missing.returncode == 3
        assert re.search(rf"signature-missing: .*{expected}", missing.stderr)
        delmaal(shelf, "sign", "--key", keys / "ours.pem")


def edit_manifest(shelf: Shelf, reseal: bool) -> None:
    from delmaal.release.identity import seal_of

    path = shelf.current().folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["title"]["en"] = "Another title"
    if reseal:
        manifest["seal"] = seal_of(manifest)
    path.write_text(json.dumps(manifest))


def edit_signature(shelf: Shelf, change: dict[str, str]) -> None:
    found = json.loads(signatures(shelf).read_bytes())
    found["signatures"][0].update(change)
    signatures(shelf).write_text(json.dumps(found))


@pytest.mark.parametrize(("tamper", "code"), [
    (lambda shelf: edit_manifest(shelf, reseal=False), "release-damaged"),
    (lambda shelf: edit_manifest(shelf, reseal=True), "signature-wrong"),
    (lambda shelf: edit_signature(shelf, {"signature": base64.b64encode(bytes(64)).decode()}), "signature-wrong"),
    (lambda shelf: edit_signature(shelf, {"signature": "no base64"}), "signature-wrong"),
    (lambda shelf: edit_signature(shelf, {"signature": ""}), "signature-wrong"),
    (lambda shelf: signatures(shelf).write_text("no json"), "signature-wrong"),
    (lambda shelf: signatures(shelf).write_text("[]"), "signature-wrong"),
    (lambda shelf: (shelf.current().folder / "data/themes.nt").write_bytes(b""), "release-damaged"),
], ids=["manifest", "manifest-resealed", "signature", "no-base64", "empty", "no-json", "no-object", "file"])
def test_what_was_changed_does_not_pass(shelf: Shelf, keys: Path, tamper: object, code: str) -> None:
    assert delmaal(shelf, "sign", "--key", keys / "ours.pem").returncode == 0
    assert callable(tamper)
    tamper(shelf)
    verified = delmaal(shelf, "verify", "--key", keys / "ours.pub")
    assert verified.returncode == 3
    assert f"{code}: " in verified.stderr
    assert "Traceback" not in verified.stderr


@pytest.mark.parametrize(("command", "name", "words"), [
    ("sign", "nowhere.pem", "cannot be read: No such file"),
    ("sign", "ours.pub", "it is a public key"),
    ("sign", "text.pem", "no private key in PEM"),
    ("sign", "cut.pem", "no private key in PEM"),
    ("sign", "rsa.pem", "of another kind"),
    ("sign", "ec.pem", "of another kind"),
    ("sign", "locked.pem", "needs a passphrase"),
    ("verify", "ours.pem", "it is a private key"),
    ("verify", "text.pem", "no public key in PEM"),
    ("verify", "cut.pub", "no public key in PEM"),
    ("verify", "rsa.pub", "of another kind"),
    ("verify", "nowhere.pub", "cannot be read: No such file"),
])
def test_file_that_is_no_use_as_a_key(shelf: Shelf, keys: Path, command: str, name: str, words: str) -> None:
    run = delmaal(shelf, command, "--key", keys / name)
    assert run.returncode == 2
    assert re.search(rf"key-(unusable|encrypted): .*{words}", run.stderr), run.stderr
    assert "Traceback" not in run.stderr
    assert not signatures(shelf).exists()


def test_passphrase_is_asked_for_and_never_shown(shelf: Shelf, keys: Path) -> None:
    for typed, code in ((b"wrong", 2), (PASSPHRASE, 0)):
        command = [*DELMAAL, "sign", str(TINY), "--key", str(keys / "locked.pem"), "--out", str(shelf.folder.parent)]
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(ROOT)
            os.execv(command[0], command)
        shown = b""
        deadline = time.monotonic() + 30
        while b"Passphrase" not in shown and time.monotonic() < deadline:
            shown += os.read(terminal, 1024)
        os.write(terminal, typed + b"\n")
        while True:
            try:
                chunk = os.read(terminal, 1024)
            except OSError:
                break
            if not chunk:
                break
            shown += chunk
        _, status = os.waitpid(child, 0)
        os.close(terminal)
        assert os.waitstatus_to_exitcode(status) == code, shown
        assert typed not in shown
    assert delmaal(shelf, "verify", "--key", keys / "ours.pub").returncode == 0


def test_signatures_are_served_beside_the_release(shelf: Shelf, keys: Path) -> None:
    with serving(TINY, shelf.folder.parent) as client:
        release = shelf.current().id
        assert client.get(f"/release/{release}/signatures.json").status_code == 404
        assert "The release is not signed." in client.get(f"/release/{release}", headers={
            "Accept": "text/html", "Accept-Language": "en"}).text
        delmaal(shelf, "sign", "--key", keys / "ours.pem")
        answer = client.get(f"/release/{release}/signatures.json")
        assert answer.content == signatures(shelf).read_bytes()
        assert answer.json()["seal"] == client.get(f"/release/{release}/manifest.json").json()["seal"]
