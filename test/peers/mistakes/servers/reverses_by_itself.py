"""Sends the text back reversed: who prints it reverses it."""
from _peer import accept, hear, say

peer = accept()
say(peer, b"ACCEPT")
while text := hear(peer):
    say(peer, text[::-1])
