"""What a power cut may leave of a disk, from the record of what was asked of it (disk-recorder.c).

The rules are POSIX's, where file systems differ: bytes are there for sure once their file was synced, a
name once its folder was. Before that a name is there or not, each for itself but for what it builds on;
of the bytes all may be there, none, zeros in their place, or a part. A rename happens in both folders or
in none, as in every file system with a journal."""

import dataclasses
import itertools
import os
import re

LINE = re.compile(rb"([a-z-]+) (\d+) (-?\d+) (\d+)\n")
MOST_SUBSETS = 7  # from so many unsynced names on, only what the order of the calls allows


@dataclasses.dataclass(eq=False)
class Node:
    """A file or a folder, whatever it is called."""
    is_folder: bool
    bytes: bytes = b""  # of which the disk is sure
    pending: list = dataclasses.field(default_factory=list)  # (offset, bytes), or (length, None): cut


@dataclasses.dataclass(eq=False)
class Naming:
    """A change of names that the disk is not sure of yet."""
    kind: str
    node: Node
    names: list

    def apply(self, tree):
        if self.kind in ("rename", "unlink"):
            tree.pop(self.names[0], None)
        if self.kind != "unlink":
            tree[self.names[-1]] = self.node

    def builds_on(self, other):
        return self.node is other.node or bool(set(self.names) & set(other.names))


def read_record(log, root):
    """(operation, inode, offset, bytes) each; names relative to `root`."""
    with open(log, "rb") as file:
        text = file.read()
    place, found = 0, []
    while place < len(text):
        match = LINE.match(text, place)
        operation, inode, offset, size = match[1].decode(), int(match[2]), int(match[3]), int(match[4])
        size = 0 if operation in ("sync", "truncate") else size
        content = text[match.end():match.end() + size]
        if operation in ("create", "mkdir", "rename", "unlink", "sync-folder", "sync-all"):
            content = [os.path.relpath(name.decode(), root) for name in content.split(b"\0") if name]
        found.append((operation, inode, offset, content))
        place = match.end() + size + 1
    return found


class Disk:
    def __init__(self):
        self.sure = {}     # name -> Node
        self.pending = []  # Naming
        self.nodes = {}    # inode -> Node, as they are now

    def load(self, root):
        """Takes all below `root` as it is, and for sure."""
        for base, folders, names in os.walk(root):
            for name in (*folders, *names):
                path = os.path.join(base, name)
                node = Node(os.path.isdir(path))
                if not node.is_folder:
                    with open(path, "rb") as file:
                        node.bytes = file.read()
                self.nodes[os.lstat(path).st_ino] = self.sure[os.path.relpath(path, root)] = node

    def sync_folder(self, folder):
        kept = []
        sure = [naming for naming in self.pending
                if any(os.path.dirname(name) == folder.removeprefix(".") for name in naming.names)]
        for naming in reversed(self.pending):
            if naming in sure or any(later.builds_on(naming) for later in sure):
                sure.append(naming)
            else:
                kept.append(naming)
        for naming in self.pending:
            if naming in sure:
                naming.apply(self.sure)
        self.pending = kept[::-1]

    def sync_all(self):
        for naming in self.pending:
            naming.apply(self.sure)
        self.pending = []
        for node in self.nodes.values():
            node.bytes, node.pending = write_all(node.bytes, node.pending), []

    def step(self, operation, inode, offset, content):
        if operation in ("create", "mkdir"):
            self.nodes[inode] = Node(operation == "mkdir")
        node = self.nodes.get(inode)
        if operation in ("create", "mkdir", "rename", "unlink"):
            self.pending.append(Naming(operation, node, content))
        elif operation == "sync-folder":
            self.sync_folder(content[0])
        elif operation == "sync-all":
            self.sync_all()
        elif node is not None and operation == "write":
            node.pending.append((offset, content))
        elif node is not None and operation == "truncate":
            node.pending.append((offset, None))
        elif node is not None and operation == "sync":
            node.bytes, node.pending = write_all(node.bytes, node.pending), []

    def trees(self):
        """Every set of names that may be found."""
        count = len(self.pending)
        choices = (itertools.product((False, True), repeat=count) if count < MOST_SUBSETS else
                   ([i < length for i in range(count)] for length in range(count + 1)))
        for choice in choices:
            taken = [naming for naming, is_there in zip(self.pending, choice) if is_there]
            if any(later.builds_on(naming) and later in taken and naming not in taken
                   for i, naming in enumerate(self.pending) for later in self.pending[i + 1:]):
                continue
            tree = dict(self.sure)
            for naming in taken:
                naming.apply(tree)
            yield {name: node for name, node in tree.items()
                   if os.path.dirname(name) == "" or is_reachable(tree, name)}

    def states(self):
        """name -> bytes (None for a folder): all that the next start may find, each once."""
        seen = set()
        for tree in self.trees():
            torn = [node for node in set(tree.values()) if node.pending]
            for parts in itertools.product(*(variants(node) for node in torn)):
                content = dict(zip(torn, parts))
                state = {name: None if node.is_folder else content.get(node, node.bytes)
                         for name, node in sorted(tree.items())}
                key = hash(tuple(state.items()))
                if key not in seen:
                    seen.add(key)
                    yield state


def is_reachable(tree, name):
    folder = os.path.dirname(name)
    return folder == "" or (folder in tree and is_reachable(tree, folder))


def write_all(before, writes):
    content = bytearray(before)
    for offset, part in writes:
        if part is None:
            del content[offset:]
            content.extend(bytes(offset - len(content)))
        else:
            content.extend(bytes(max(0, offset - len(content))))
            content[offset:offset + len(part)] = part
    return bytes(content)


def variants(node):
    """What may be found in a file that was written to and not synced."""
    whole = write_all(node.bytes, node.pending)
    offset, last = node.pending[-1]
    half = [*node.pending[:-1], (offset, last[:len(last) // 2] if last is not None else None)]
    zeros = whole[:len(node.bytes)] + bytes(max(0, len(whole) - len(node.bytes)))
    found = [whole, node.bytes, zeros, write_all(node.bytes, half),
             write_all(node.bytes, node.pending[-1:])]
    return list(dict.fromkeys(found))


def lay_out(state, root):
    """Makes that state a folder."""
    os.mkdir(root, 0o700)
    for name, content in state.items():
        path = os.path.join(root, name)
        if content is None:
            os.mkdir(path, 0o700)
        else:
            with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
                file.write(content)
