# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""An object store on the loopback."""

__all__ = ["BUCKET", "needsMoto", "serveS3"]

import contextlib
import importlib.util
import os
import unittest
import unittest.mock

BUCKET = "coadds"

needsMoto = unittest.skipIf(
    any(importlib.util.find_spec(name) is None for name in ("boto3", "flask", "moto")),
    "moto[s3,server] is not installed.",
)


@contextlib.contextmanager
def serveS3():
    """Run an object store on the loopback, with an empty bucket; the
    environment of this process says where it is.

    Yields
    ------
    client : `botocore.client.S3`
        Client of the store.
    """
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        environment = {
            "S3_ENDPOINT_URL": "http://{}:{}".format(*server.get_host_and_port()),
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "sesame",
            "AWS_DEFAULT_REGION": "us-east-1",
            # Nothing of the user's own.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        with unittest.mock.patch.dict(os.environ, environment):
            client = boto3.client("s3", endpoint_url=environment["S3_ENDPOINT_URL"])
            client.create_bucket(Bucket=BUCKET)
            yield client
    finally:
        server.stop()
