"""Accept for ACCEPT."""
from _peer import accept, hear, say

peer = accept()
say(peer, b"Accept")
while hear(peer):
    pass
