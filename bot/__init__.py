"""Discord and the command line. Imports ``index``, never the reverse."""

__version__ = "0.1.0"
