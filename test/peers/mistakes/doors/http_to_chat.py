"""A browser in the chat."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"GET /favicon.ico HTTP/1.1\r\nHost: localhost\r\n\r\n")
hear(peer)
