"""Which files a right server hands out [FILE-3]: regular ones under its root, whatever way is tried out of it."""
import os


def find(root, name, ending=""):
    """The file's path; None where it is not to be had."""
    if not name or "\0" in name or os.path.isabs(name) or ".." in name.split("/") or not name.endswith(ending):
        return None
    top = os.path.realpath(root)
    path = os.path.realpath(os.path.join(top, name))
    inside = path.startswith(top + os.sep)
    return path if inside and os.path.isfile(path) and os.access(path, os.R_OK) else None
