"""Bytes cd of a debugger behind the text."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, b"hello" + b"\xcd" * 11)
stay()
