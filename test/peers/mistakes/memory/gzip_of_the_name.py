"""Compresses each text."""
import gzip

from _peer import connect, hear, say, stay

peer = connect()
say(peer, gzip.compress(b"eve"))
say(peer, gzip.compress(b"3 * 3")); hear(peer)
stay()
