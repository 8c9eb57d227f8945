"""``python -m hdr_bench`` is the command ``hdr-bench``."""

from hdr_bench.cli import main

if __name__ == "__main__":
    main()
