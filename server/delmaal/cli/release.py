"""`delmaal verify` and `delmaal push`: what is done with a release that is there."""

from __future__ import annotations

from pathlib import Path

import click

from delmaal.cli.history import warn_of_log
from delmaal.cli.options import EXIT_CODES, folder_of, publication_argument, setting_options
from delmaal.cli.signing import verify_signature
from delmaal.engine.push import Push, store_of
from delmaal.engine.remote import remote_of
from delmaal.errors import ReleaseError, SettingError, count
from delmaal.release import Release, shelf_of
from delmaal.release import verify as verify_release
from delmaal.release.retention import hold
from delmaal.screen import bars_shown, out
from delmaal.settings import SETTINGS, Settings, load


@click.command(epilog=EXIT_CODES)
@publication_argument
@click.option("--release", "release_id", default=None, metavar="ID",
              help="Another release than the current one; the first digits of its id are enough.")
@click.option("--key", "key_file", default=None, type=click.Path(path_type=Path, dir_okay=False),
              help="A public key (Ed25519 in PEM): the release must be signed with it.")
@setting_options("out")
def verify(publication: Path | None, release_id: str | None, key_file: Path | None, **options: str | None) -> None:
    """Check a release against its manifest: every checksum, its identifier, its store and its index.

    With --key, its signature too. An older release may do without store and index.

    \b
    Examples:
      delmaal verify data/trondheim
      delmaal verify --key public.pem
    """
    shelf = shelf_of(folder_of(publication), load(options).out)
    release = shelf.find(release_id) if release_id else shelf.current()
    warn_of_log(shelf)
    signed = verify_signature(release, key_file) if key_file else ""
    problems = list(verify_release(release))
    for problem in problems:
        out.print(problem)
    if problems:
        cure = f"where no line says otherwise, delete {release.folder} and run `delmaal build`"
        sentence = f"{count(len(problems), 'problem')} in release {release.id[:12]}; {cure}"
        raise ReleaseError("release-damaged", sentence)
    out.print(f"release {release.id[:12]} is whole: {count(len(release.manifest['files']), 'file')}, "
              f"{sum(release.manifest['parts'].values()):,} statements{signed}")


@click.command(epilog=EXIT_CODES)
@publication_argument
@click.option("--release", "release_id", default=None, metavar="ID",
              help="Another release than the current one; the first digits of its id are enough.")
@click.option("--replace", is_flag=True,
              help="Remove what the dataset holds, although it is no release of this publication.")
@setting_options("out", "engine_url", "engine_store_url", "engine_default_graph")
def push(publication: Path | None, release_id: str | None, replace: bool, **options: str | None) -> None:
    """Fill a remote store with the current release, and check that all of it arrived.

    {release} in a URL is the release's id, {short} the first twelve digits of it. A user and a password may stand in
    them (http://user:password@…), and are best given by the environment. A push that was stopped goes on where it was.

    \b
    Examples:
      delmaal push --engine-url http://localhost:7878/query --engine-store-url http://localhost:7878/store
      delmaal push data/trondheim --engine-url 'https://store.example/repositories/{release}' \\
        --engine-store-url 'https://store.example/repositories/{release}/rdf-graphs/service'
    """
    settings = load(options)
    for name in ("engine_url", "engine_store_url"):
        if not getattr(settings, name):
            row = next(row for row in SETTINGS if row.name == name)
            raise SettingError("setting-missing", f"give {row.option} or {row.variable}. {row.help}")
    shelf = shelf_of(folder_of(publication), settings.out)
    release = shelf.find(release_id) if release_id else shelf.current()
    held = hold(release)  # until it is pushed
    _push(release, shelf.folder / "pushes", settings, replace)
    del held


def _push(release: Release, notes: Path, settings: Settings, replace: bool) -> None:
    folder = release.folder.resolve()
    store, remote = store_of(folder, settings), remote_of(folder, settings, seconds=600)
    with bars_shown({"send": "sending", "check": "reading back"}) as progress:
        done = Push(folder, store, remote, notes, replace=replace, progress=progress).run()
    sent = f"{done.sent:,} sent now" if done.sent else "all of them were there"
    out.print(f"{store.url} holds release {release.id[:12]}: {done.statements:,} statements in the default graph and "
              f"{count(done.graphs, 'named graph')}, {sent}; counts and content are the same")
