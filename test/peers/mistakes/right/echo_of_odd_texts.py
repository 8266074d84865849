"""Any text is right for an echo."""
from _peer import connect, hear, say

peer = connect()
hear(peer)
for text in (b'"quoted"', b"{}", b"[1, 2]", b"100 %", b"3", b"<3"):
    say(peer, text); hear(peer)
say(peer, b"close"); hear(peer)
