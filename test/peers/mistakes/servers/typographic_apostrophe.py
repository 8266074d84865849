"""Who’s there? with the apostrophe of a word processor."""
from _peer import accept, hear, say

peer = accept()
hear(peer)
say(peer, "Who\u2019s there?".encode())
while hear(peer):
    pass
