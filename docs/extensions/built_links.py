"""Check of the built pages: each internal link leads to a file that is there, and to an anchor in it.

Run it with ``python docs/extensions/built_links.py build/docs/html`` after a build.
"""

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_REFERENCES = {"href", "src"}
_ANCHORS = {"id", "name"}


class Page(HTMLParser):
    """Page of the site, with what it links to and what can be linked to in it.

    Parameters
    ----------
    text : str
        HTML.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the links and anchors of a tag.

        Parameters
        ----------
        tag : str
        attrs : list of tuple
        """
        for name, value in attrs:
            if value and name in _ANCHORS:
                self.anchors.add(value)
            if value and name in _REFERENCES and tag != "base":
                self.links.append(value)


def find_broken_links(site: Path) -> Iterator[str]:
    """Yield a line for each internal link that leads nowhere.

    Parameters
    ----------
    site : Path
        Folder of the built pages.

    Yields
    ------
    line : str
    """
    # Beside the pages, the theme has a template that is not filled in.
    files = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    pages = {path.resolve(): Page(path.read_text(encoding="utf-8")) for path in files}
    for path, page in pages.items():
        for link in dict.fromkeys(page.links):
            if reason := _why_broken(link, path, pages):
                yield f"{path.relative_to(site.resolve())}: {link}: {reason}"


def _why_broken(link: str, path: Path, pages: dict[Path, Page]) -> str:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return ""
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.exists():
        return "no such file"
    anchor = unquote(parts.fragment)
    if anchor and target in pages and anchor not in pages[target].anchors:
        return "no such anchor"
    return ""


def main() -> None:
    """Print the broken links of the site that is named, and exit with 1 if there are any."""
    broken = list(find_broken_links(Path(sys.argv[1])))
    sys.stdout.writelines(f"{line}\n" for line in broken)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
