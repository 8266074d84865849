"""Dies after connect()."""
from _peer import connect

peer = connect()
raise SystemExit("Traceback: TypeError: a bytes-like object is required")
