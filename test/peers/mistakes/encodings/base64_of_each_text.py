"""Encodes each text as base64."""
import base64

from _peer import connect, hear, say, stay

peer = connect()
say(peer, base64.b64encode(b"eve"))
say(peer, base64.b64encode(b"3.5 * 3")); hear(peer)
stay()
