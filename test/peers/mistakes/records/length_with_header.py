"""The length counts the header too."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q\x10lu@example.org")
hear(peer)
