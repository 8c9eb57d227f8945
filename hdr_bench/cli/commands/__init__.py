"""Commands, one file each, named after the command; it calls the function or command group of that name.

To add a command, add its file: it is discovered here. If the name is a Python builtin or keyword, e.g. `list`, the
function's name ends with an underscore. A function that ends with ``**options`` takes the run options; see
`hdr_bench.records.options`.
"""
