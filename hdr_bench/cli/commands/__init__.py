"""Commands: one file each, named as its command; the function or the group of commands of that name is called.

To add one, add its file: it is found here. Of a name that is Python's, e.g. `list`, the function has an underscore at
its end. A function that ends with ``**options`` takes the options of a run, see `hdr_bench.records.options`.
"""
