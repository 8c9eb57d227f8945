"""Model files taken apart, changed, and sealed again as an attacker would."""

import io
import json
import zipfile

import pytest

from hdr_bench import load_model
from hdr_bench.archives import Limit, seal_archive
from hdr_bench.exceptions import ModelFileError

ANY_SIZE = Limit(1 << 40, 1 << 40)


RAN = []


def run(word):
    RAN.append(word)


class Harm:
    """Its pickle calls a function."""

    def __reduce__(self):
        return run, ("code of the file",)


def members_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_members(path, members):
    """Write a model file whose checksum is right, whatever is in it."""
    path.write_bytes(seal_archive(members, ANY_SIZE, 6))
    return path


def tree_of(path):
    return json.loads(members_of(path)["model.json"])


def with_tree(source, path, change):
    """Write a model file with another description of the estimator."""
    members = members_of(source)
    described = json.loads(members["model.json"])
    changed = change(described["tree"])
    described["tree"] = described["tree"] if changed is None else changed
    return write_members(path, members | {"model.json": json.dumps(described).encode()})


def nodes_of(tree):
    """All tables and lists of a tree, each with the places of what is in it."""
    found, queue = [], [tree]
    while queue:
        node = queue.pop()
        if isinstance(node, dict | list):
            found.append(node)
            queue += node.values() if isinstance(node, dict) else node
    return found


def zip_of(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def refuse(path, words, **options):
    """Assert that a file is refused in one line that names it, and return that line."""
    with pytest.raises(ModelFileError) as refused:
        load_model(path, **options)
    message = str(refused.value)
    assert str(path) in message
    assert words in message, message
    assert "\n" not in message
    return message
