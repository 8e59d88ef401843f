"""Takes files that people upload, keeps them in an S3 bucket that all processes share: in and out part by part."""

import io
from typing import Any

from django.core.files import File
from django.core.files.storage import Storage

from ingest import s3

PART = 8 << 20  # of an upload: 10,000 of them at most
PIECE = 1 << 20  # what one request reads


class BucketStorage(Storage):
    """Errors are OSErrors, as those of a folder; FileNotFoundError where the file is gone."""

    def __init__(self, *, bucket: str) -> None:
        self.bucket = bucket

    def exists(self, name: str) -> bool:
        try:
            _asked("head_object", Bucket=self.bucket, Key=name)
        except FileNotFoundError:
            return False
        return True

    def delete(self, name: str) -> None:
        _asked("delete_object", Bucket=self.bucket, Key=name)

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        return File(io.BufferedReader(_Kept(self.bucket, name), PIECE), name)

    def _save(self, name: str, content: "File[bytes]") -> str:
        from boto3.s3.transfer import TransferConfig

        in_turn = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, use_threads=False)
        _asked("upload_fileobj", content, self.bucket, name, Config=in_turn)
        return name


class _Kept(io.RawIOBase):
    """A file to be read from any byte on. Each piece is a request of its own: a reader may take as long as it likes."""

    def __init__(self, bucket: str, name: str) -> None:
        self._where = {"Bucket": bucket, "Key": name}
        self._size = int(_asked("head_object", **self._where)["ContentLength"])
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        end = min(self._at + len(buffer), self._size)
        if end <= self._at:
            return 0
        body = _asked("get_object", **self._where, Range=f"bytes={self._at}-{end - 1}")["Body"]
        count = 0
        while count < end - self._at and (some := body.read(end - self._at - count)):
            buffer[count : count + len(some)] = some
            count += len(some)
        self._at += count
        return count


def _asked(operation: str, *args: Any, **named: Any) -> Any:
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return getattr(s3.client(), operation)(*args, **named)
    except ClientError as error:
        gone = error.response["ResponseMetadata"]["HTTPStatusCode"] == 404
        raise (FileNotFoundError if gone else OSError)(f"{operation}: {error.response['Error']['Code']}") from None
    except (Boto3Error, BotoCoreError) as error:
        raise OSError(f"{operation}: {type(error).__name__}") from error
