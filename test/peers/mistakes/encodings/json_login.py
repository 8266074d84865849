"""JSON where :Name:login is due."""
import json

from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, json.dumps({"name": "Eve", "login": "eve"}).encode())
stay()
