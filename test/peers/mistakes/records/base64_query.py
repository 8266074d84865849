"""The record in base64."""
import base64

from _peer import connect, hear, say

peer = connect()
say(peer, base64.b64encode(b"Q\x0elu@example.org"))
hear(peer)
