"""What the peers have in common: the bench writes a line with a command, a peer answers with a line, `ok VALUE …` or `missing REASON`."""
import os
import shutil
import signal
import sys
import tempfile


class Missing(Exception):
    """The peer cannot be had here; the bench says so and goes on."""


def serve(kind, folder):
    """Makes a peer and answers commands until the input ends; a method's name is a command's first word."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        peer = kind(folder)
    except Missing as reason:
        print("missing", " ".join(str(reason).split()), flush=True)
        return
    try:
        for line in sys.stdin:
            name, *arguments = line.split()
            try:
                values = getattr(peer, name)(*arguments)
                print("ok", *(values if isinstance(values, tuple) else (values,)), flush=True)
            except Missing as reason:
                print("missing", " ".join(str(reason).split()), flush=True)
    finally:
        peer.close()


def temporary_folder(parent, name):
    """A folder that other users may enter."""
    folder = tempfile.mkdtemp(prefix=f"keyledger-bench-{name}.", dir=parent)
    os.chmod(folder, 0o755)
    return folder


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)


def size_of(path):
    """Bytes that a file, or the files of a folder, take on the disk."""
    if not os.path.isdir(path):
        return os.stat(path).st_blocks * 512
    return sum(os.stat(os.path.join(where, name)).st_blocks * 512 for where, _, names in os.walk(path) for name in names)
