"""A release is a directory that never changes; which one is served is one symbolic link.

    <out>/<publication>/
      lock                       held while a build writes
      .unfinished-*              what a build that was stopped leaves, here and below; the next one clears it
      inputs.json                the digest of the inputs that the newest build read, and the release it gave
      pushes/                    how far a push to a remote store has come
      switches.jsonl             when which release became current (a clock never reaches the data)
      history/                   what each switch changed, what has left, the manifests of what was dropped (`history`)
      signatures/                the signatures of releases (`signature`)
      current -> releases/<id>   replaced in one step
      releases/
        <id>/
          manifest.json          size and SHA-256 of each file, counts, versions; `seal` is the SHA-256 over all that
          data/<dump>[.gz|.zst]  the data parts
          metadata/<part>.nt     catalogue, void, service, provenance, report
          site/                  logo, colours, texts of pages; there where the publication has them
          store/                 a cache for queries: rebuilt from the dumps where it is missing
          index/                 a cache for descriptions: likewise

The id is the SHA-256 over the sorted N-Quads of every part, metadata included, with the placeholder in the release's
own place, after the version of this layout. The cube has no graph of its own: its part is what the default graph holds
and no named graph does.
"""

from __future__ import annotations

from delmaal.release.caches import CACHES
from delmaal.release.damage import verify
from delmaal.release.identity import FORMAT_VERSION, identify, named
from delmaal.release.shelf import File, Release, Shelf, only_shelf, shelf_of, twins

__all__ = ["CACHES", "FORMAT_VERSION", "File", "Release", "Shelf", "identify", "named", "only_shelf",
           "shelf_of", "twins", "verify"]
