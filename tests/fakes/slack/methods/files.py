"""files.*: uploading in three steps."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.message import File
from tests.fakes.slack.methods.chat import new_message, publish
from tests.fakes.slack.methods.registry import Caller, method

Json = dict[str, Any]


@method(
    "files.getUploadURLExternal",
    "filename! length:int! alt_txt snippet_type",
    scope="files:write",
    tier=4,
)
async def get_upload_url(caller: Caller) -> Json:
    """Say where the bytes go; they must be as many as announced."""
    args = caller.args
    if args["length"] < 1:
        raise ApiError("invalid_arguments")
    if len(args.get("alt_txt", "")) > 1000:
        raise ApiError("alt_txt_too_large")
    file = File(
        id=caller.slack.world.new_id("F"),
        team_id=caller.team.id,
        name=args["filename"],
        length=args["length"],
        alt_text=args.get("alt_txt", ""),
        user_id=caller.team.bot_user_id,
    )
    caller.team.files[file.id] = file
    url = f"{caller.slack.url}/upload/v1/{caller.team.id}/{file.id}"
    return {"upload_url": url, "file_id": file.id}


@method(
    "files.completeUploadExternal",
    "files:json! channel_id channels initial_comment thread_ts:ts",
    scope="files:write",
    tier=4,
)
async def complete_upload(caller: Caller) -> Json:
    """Finish uploads and share them; the answer does not say in which message."""
    files = [_uploaded(caller, item) for item in caller.args["files"]]
    targets = [caller.args["channel_id"]] if caller.args.get("channel_id") else []
    targets += [c for c in caller.args.get("channels", "").split(",") if c]
    for target in targets:
        _check_target(caller, target)
    for target in targets:
        channel = caller.team.channels[target]
        message = new_message(caller, channel, caller.args.get("initial_comment", ""), [])
        message.files, message.thread_ts = list(files), caller.args.get("thread_ts")
        message.subtype = "file_share"
        for file in files:
            file.shared_in.append(target)
        publish(caller, message)
    for file in files:
        file.completed = True
    return {"files": [file.json() for file in files]}


@method("files.info", "file! count:int page:int limit:int cursor", scope="files:read", tier=4)
async def info(caller: Caller) -> Json:
    """Describe a file."""
    return {"file": _file(caller).json()}


@method("files.delete", "file!", scope="files:write")
async def delete(caller: Caller) -> Json:
    """Delete a file of the bot's."""
    del caller.team.files[_file(caller).id]
    return {}


def _file(caller: Caller) -> File:
    file = caller.team.files.get(caller.args["file"])
    if file is None or not file.completed:
        raise ApiError("file_not_found")
    return file


def _uploaded(caller: Caller, item: Json) -> File:
    file = caller.team.files.get(item.get("id", ""))
    if file is None or file.content is None or file.completed:
        raise ApiError("file_not_found")
    file.title = item.get("title") or file.name
    return file


def _check_target(caller: Caller, target: str) -> None:
    channel = caller.team.channels.get(target)
    inside = channel is not None and caller.team.bot_user_id in channel.members
    if channel is None or (not inside and channel.kind != "channels"):
        raise ApiError("invalid_channel")
    if not inside or channel.archived:
        raise ApiError("posting_to_channel_denied")
    thread_ts = caller.args.get("thread_ts")
    if thread_ts and (thread_ts not in channel.log or channel.log[thread_ts].deleted):
        raise ApiError("thread_not_found")
