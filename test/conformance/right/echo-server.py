"""An echo server with commands that keeps every rule; it runs no programs [ECHO-1].

    echo-server.py PORT [ROOT]
"""
import os
import re
import sys

from _files import find
from _server import PORT, serve

ROOT = sys.argv[2] if len(sys.argv) > 2 else "."
LARGEST = 16 << 20


def talk(peer):
    peer.say("Enter your command please")
    while (text := peer.message(is_word=is_close)) is not None:
        if is_close(text):
            peer.say("Closing...")
            return
        command = re.fullmatch(r"(download|run)\s+(\S.*)", text.rstrip(), re.S)
        if command and command[1] == "run":
            peer.say("run is off: this server runs no programs")
        elif command:
            download(peer, command[2])
        else:
            peer.say(text)


def is_close(text):
    return text.rstrip() == "close"


def download(peer, name):
    path = find(ROOT, name)
    if path is None or os.path.getsize(path) > LARGEST:
        peer.say("Problem in opening file")
        return
    with open(path, "rb") as file:
        data = file.read()
    # An empty reply would leave its reader waiting for ever [ECHO-2].
    if not data:
        peer.say("\n")
    for start in range(0, len(data), 65536):
        peer.send(data[start:start + 65536])
        peer.settled()


serve(talk, PORT)
