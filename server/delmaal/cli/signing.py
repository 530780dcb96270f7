"""`delmaal sign`, and what `delmaal verify --key` does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from delmaal.cli.options import EXIT_CODES, folder_of, publication_argument, setting_options
from delmaal.errors import SettingError
from delmaal.release import Release, shelf_of
from delmaal.release.signature import check_signature, placed, read_private_key, read_public_key, step_back
from delmaal.release.signature import sign as sign_release
from delmaal.screen import err, out
from delmaal.settings import load


@click.command(epilog=EXIT_CODES)
@publication_argument
@click.option("--key", "key_file", required=True, type=click.Path(path_type=Path, dir_okay=False),
              help="The private key: Ed25519 in PEM. A passphrase is asked for at the terminal.")
@click.option("--release", "release_id", default=None, metavar="ID",
              help="Another release than the current one; the first digits of its id are enough.")
@setting_options("out")
def sign(publication: Path | None, key_file: Path, release_id: str | None, **options: str | None) -> None:
    """Sign a release, so that anyone with the public key can tell that it is yours and unchanged.

    A key pair is made with openssl: `openssl genpkey -algorithm ed25519 -out private.pem`, then `openssl pkey -in
    private.pem -pubout -out public.pem`. What is signed is the release's manifest, which lists the checksum of each
    file.

    \b
    Examples:
      delmaal sign --key private.pem
      delmaal sign data/trondheim --key private.pem --release 3f0c
    """
    key = _private_key(key_file)
    shelf = shelf_of(folder_of(publication), load(options).out)
    release = shelf.find(release_id) if release_id else shelf.current()
    name = sign_release(release, key, shelf.folder)
    out.print(f"release {release.id[:12]} is signed with key {name[:12]}")


def _private_key(path: Path) -> Any:
    try:
        return read_private_key(path)
    except SettingError as error:
        if error.code != "key-encrypted" or not sys.stdin.isatty():
            raise
        passphrase = click.prompt(f"Passphrase of {path}", hide_input=True, err=True)
        return read_private_key(path, passphrase.encode())


def verify_signature(release: Release, key_file: Path) -> str:
    """Verify a release's signature with a public key; says as the how-manieth release it was signed, and with which.

    A step back is warned of. Raises SettingError for a key that is none, ReleaseError where the signature is missing or
    of something else.
    """
    key, shelf = read_public_key(key_file), release.folder.parent.parent
    name = check_signature(release, key, shelf)
    warning = step_back(release, key, shelf)
    if warning:
        err.print(f"warning step-back: {warning}")
    place = placed(release.id, key, shelf)
    return (f", placed as number {place.number} on {place.time}" if place else "") + f", signed with key {name[:12]}"
