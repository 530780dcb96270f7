"""Signs a release, and verifies it with a public key.

What is signed is not the files but the manifest's seal, which stands for all of them:

    delmaal release <id>
    seal <SHA-256 of the manifest>

in two lines of UTF-8, each with its line feed. The algorithm is Ed25519 (RFC 8032); keys are PEM files as `openssl
genpkey -algorithm ed25519` writes them, and `openssl pkeyutl -verify -rawin` verifies a signature without this
software. A release never changes, so signatures stand beside it, a file for each release, a signature for each key:

    signatures/<id>.json   {"release", "seal", "signatures": [{"algorithm", "key", "signature", "placed"}]}

`placed` says where in the succession of releases it was signed, with a signature of its own over the two lines and
these, so that an older release that was signed too cannot pass as what came last:

    number <its switch in the log, from 0>
    follows <the release that was current before, or nothing>
    time <when it was signed>

`key` is the SHA-256 of the public key (DER, SubjectPublicKeyInfo), `signature` is base64. No message holds a secret.
"""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from delmaal import disk
from delmaal.errors import ReleaseError, SettingError
from delmaal.release.identity import seal_of
from delmaal.release.log import read_switches
from delmaal.release.shelf import Release

ALGORITHM = "Ed25519"
_LONGEST = 64 * 1024


class Place(NamedTuple):
    """Where in the succession of releases one was signed."""

    number: int
    follows: str
    time: str

    def message(self, release_id: str, seal: str) -> bytes:
        """What is signed of it."""
        head = f"delmaal release {release_id}\nseal {seal}\n"
        return f"{head}number {self.number}\nfollows {self.follows}\ntime {self.time}\n".encode()


def message_of(release: Release) -> bytes:
    """What is signed. Raises ReleaseError where the manifest is not as it was sealed."""
    seal = release.manifest.get("seal")
    if seal != seal_of(release.manifest):
        sentence = f"the manifest of release {release.id[:12]} was changed after the release was made"
        raise ReleaseError("release-damaged", f"{sentence}; run `delmaal verify`")
    return f"delmaal release {release.id}\nseal {seal}\n".encode()


def read_private_key(path: Path, passphrase: bytes | None = None) -> Ed25519PrivateKey:
    """An Ed25519 private key from a PEM file.

    Raises SettingError: key-encrypted where a passphrase is missing or wrong, key-unusable for anything else.
    """
    content = _pem(path)
    if b"PUBLIC KEY" in content:
        raise _unusable(path, "it is a public key; sign with the private one")
    try:
        key = serialization.load_pem_private_key(content, passphrase)
    except TypeError as error:  # a passphrase where none is needed, or none where one is
        if passphrase is not None:
            return read_private_key(path)
        raise SettingError("key-encrypted", f"{path} needs a passphrase; give it at a terminal") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        if passphrase is not None:
            raise SettingError("key-encrypted", f"the passphrase of {path} is another") from error
        raise _unusable(path, "it holds no private key in PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _unusable(path, f"its key is of another kind; make one of {ALGORITHM}")
    return key


def read_public_key(path: Path) -> Ed25519PublicKey:
    """An Ed25519 public key from a PEM file. Raises SettingError with key-unusable."""
    content = _pem(path)
    if b"PRIVATE KEY" in content:
        raise _unusable(path, "it is a private key, which should not leave the place where releases are signed; "
                              "verify with the public one (openssl pkey -in private.pem -pubout)")
    try:
        key = serialization.load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _unusable(path, "it holds no public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise _unusable(path, f"its key is of another kind; {ALGORITHM} is needed")
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """The SHA-256 of a public key as DER."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def sign(release: Release, key: Ed25519PrivateKey, shelf: Path) -> str:
    """Sign a release, in place of an earlier signature with the same key; gives the key's fingerprint.

    Raises ReleaseError where the manifest is damaged or the signature cannot be written.
    """
    message, name = message_of(release), fingerprint(key.public_key())
    known = read_signatures(shelf, release.id)
    rows = [row for row in known.get("signatures", []) if row.get("key") != name]
    signature = base64.b64encode(key.sign(message)).decode()
    row: dict[str, Any] = {"algorithm": ALGORITHM, "key": name, "signature": signature}
    place = _place_now(release, shelf)
    if place is not None:
        own = base64.b64encode(key.sign(place.message(release.id, release.manifest["seal"]))).decode()
        row["placed"] = {**place._asdict(), "signature": own}
    rows.append(row)
    content = {"release": release.id, "seal": release.manifest["seal"], "signatures": rows}
    target = signatures_of(shelf, release.id)
    text = json.dumps(content, indent=1) + "\n"
    try:
        disk.make_folder(target.parent)
        disk.replace(target, lambda fresh: fresh.write_text(text, "utf-8"))
    except OSError as error:
        raise ReleaseError("release-unwritable", f"{target} cannot be written: {error.strerror}") from error
    return name


def check_signature(release: Release, key: Ed25519PublicKey, shelf: Path) -> str:
    """Verify that a release was signed with a key, and is what was signed; gives the key's fingerprint.

    It says that the manifest is whole; whether the files are what the manifest lists, `verify` says. Raises
    ReleaseError: signature-missing without a signature with this key, signature-wrong where it is of something else.
    """
    message, name = message_of(release), fingerprint(key)
    known = read_signatures(shelf, release.id)
    rows = [row for row in known.get("signatures", []) if isinstance(row, dict) and row.get("key") == name]
    if not rows:
        others = ", ".join(str(row.get("key"))[:12] for row in known.get("signatures", []) if isinstance(row, dict))
        sentence = f"release {release.id[:12]} has no signature with key {name[:12]}"
        raise ReleaseError("signature-missing", f"{sentence}; it has {others or 'none'}")
    try:
        key.verify(base64.b64decode(str(rows[-1].get("signature")), validate=True), message)
    except (InvalidSignature, ValueError) as error:
        sentence = f"the signature of release {release.id[:12]} with key {name[:12]} is of something else"
        raise ReleaseError("signature-wrong", f"{sentence}: the release or the signature was changed") from error
    return name


def _place_now(release: Release, shelf: Path) -> Place | None:
    """Where a release stands in the log; None for one that never became current."""
    rows = read_switches(shelf)
    number = next((row.number for row in reversed(rows) if row.release == release.id), None)
    if number is None:
        return None
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Place(number, rows[number - 1].release if number else "nothing", now)


def placed(release_id: str, key: Ed25519PublicKey, shelf: Path) -> Place | None:
    """Where a release was signed with a key to stand; None where that was not signed, as in older signatures."""
    try:
        known = read_signatures(shelf, release_id)
    except ReleaseError:
        return None
    name = fingerprint(key)
    for row in known.get("signatures", []):
        told = row.get("placed") if isinstance(row, dict) and row.get("key") == name else None
        if isinstance(told, dict) and type(told.get("number")) is int:
            place = Place(told["number"], str(told.get("follows")), str(told.get("time")))
            with suppress(InvalidSignature, ValueError):
                key.verify(base64.b64decode(str(told.get("signature")), validate=True),
                           place.message(release_id, str(known.get("seal"))))
                return place
    return None


def step_back(release: Release, key: Ed25519PublicKey, shelf: Path) -> str:
    """Why a release, though it was signed, is not what should be current, as a sentence; empty where nothing says so.

    What is here tells it: newer signatures with this key, and the log. Who can take those away too leaves a number that
    is smaller than the one that `delmaal verify` said before.
    """
    here = placed(release.id, key, shelf)
    names = sorted(path.stem for path in (shelf / "signatures").glob("[0-9a-f]*.json") if path.stem != release.id)
    others = ((name, placed(name, key, shelf)) for name in names)
    newest = max(((place.number, place.time, name) for name, place in others if place), default=None)
    if newest and newest[0] > (here.number if here else -1):
        own = f"number {here.number}" if here else "signed without a place"
        return f"release {newest[2][:12]} was signed as number {newest[0]} on {newest[1]}, and this one is {own}"
    link, rows = shelf / "current", read_switches(shelf)
    if rows and link.is_symlink() and link.readlink().name == release.id != rows[-1].release:
        return f"the log says that release {rows[-1].release[:12]} became current last"
    return ""


def signatures_of(shelf: Path, release_id: str) -> Path:
    """The file with the signatures of a release."""
    return shelf / "signatures" / f"{release_id}.json"


def read_signatures(shelf: Path, release_id: str) -> dict[str, Any]:
    """The signatures of a release; empty where there are none. Raises ReleaseError where they cannot be read."""
    path = signatures_of(shelf, release_id)
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ReleaseError("signature-wrong", f"{path} cannot be read; sign the release again") from error
    if not isinstance(found, dict) or not isinstance(found.get("signatures"), list):
        raise ReleaseError("signature-wrong", f"{path} holds no signatures; sign the release again")
    return found


def _pem(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST)
    except OSError as error:
        raise SettingError("key-unusable", f"{path} cannot be read: {error.strerror}") from error


def _unusable(path: Path, why: str) -> SettingError:
    return SettingError("key-unusable", f"{path} cannot be used as a key: {why}")
