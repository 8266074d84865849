"""Texts that end in signs of their own."""
from _peer import connect, hear, say

peer = connect()
hear(peer)
for text in (b"THE END", b"we are #1; ok;", b"$$$", b"<b>EOF</b>"):
    say(peer, text); hear(peer)
say(peer, b"close"); hear(peer)
