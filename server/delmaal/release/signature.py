"""Signs a release, and verifies it with a public key.

What is signed is not the files but the manifest's seal, which stands for all of them:

    delmaal release <id>
    seal <SHA-256 of the manifest>

in two lines of UTF-8, each with its line feed. The algorithm is Ed25519 (RFC 8032); keys are PEM files as `openssl
genpkey -algorithm ed25519` writes them, and `openssl pkeyutl -verify -rawin` verifies a signature without this
software. A release never changes, so signatures stand beside it, a file for each release, a signature for each key:

    signatures/<id>.json   {"release", "seal", "signatures": [{"algorithm", "key", "signature"}]}

`key` is the SHA-256 of the public key (DER, SubjectPublicKeyInfo), `signature` is base64. No message holds a secret.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from delmaal.errors import ReleaseError, SettingError
from delmaal.release.history import UNFINISHED
from delmaal.release.identity import seal_of
from delmaal.release.shelf import Release

ALGORITHM = "Ed25519"
_LONGEST = 64 * 1024


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
    rows.append({"algorithm": ALGORITHM, "key": name, "signature": signature})
    content = {"release": release.id, "seal": release.manifest["seal"], "signatures": rows}
    target = signatures_of(shelf, release.id)
    fresh = target.with_name(f"{UNFINISHED}{target.name}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("w", encoding="utf-8") as file:
            file.write(json.dumps(content, indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
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
