"""The stubs of clip.v1. They are generated when the package is built; to have
them in a checkout, install it with `pip install -e client/python`."""
