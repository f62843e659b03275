"""Everything read from the environment or .env, once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)


class SettingsError(Exception):
    """A setting that cannot be used: one sentence that names it."""


_SHARD = re.compile("[0-9]{1,5}")


def _numbers(value: Any) -> Any:
    """``0,1,2`` or ``0-3`` as numbers."""
    if not isinstance(value, str):
        return value
    numbers: list[int] = []
    for part in filter(None, re.split(r"[,\s]+", value)):
        first, _, last = part.partition("-")
        last = last or first
        if not (_SHARD.fullmatch(first) and _SHARD.fullmatch(last) and int(first) <= int(last)):
            raise ValueError("write shard numbers such as 0,1 or 0-3")
        numbers.extend(range(int(first), int(last) + 1))
    return tuple(numbers)


def _words(value: Any) -> Any:
    return tuple(filter(None, re.split(r"[,\s]+", value))) if isinstance(value, str) else value


def _address(value: str) -> str:
    if not re.fullmatch(r"(https?|wss?)://[^\s/?#]+[^\s?#]*", value):
        raise ValueError("is not an address such as https://example.org")
    return value.rstrip("/")


def _keys(value: SecretStr) -> SecretStr:
    from cryptography.fernet import Fernet  # noqa: PLC0415  # slow: only for who has keys

    for key in re.split(r"[,\s]+", value.get_secret_value()):
        try:
            Fernet(key)
        except ValueError:
            raise ValueError("is not a key: make one with `flaskquiz token-key`") from None
    return value


Address = Annotated[str, AfterValidator(_address)]


class Settings(BaseSettings):
    """The settings of DESIGN section 8; all are optional."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8-sig", env_ignore_empty=True, extra="ignore"
    )

    database_url: str = "sqlite:///flaskquiz.db"
    questions: Path | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    public_url: Address | None = None
    """Where the page and Slack reach this server from outside."""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)] = ()
    """More host names under which the page may be asked."""
    admins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)] = ()
    """Platform ids of members who may set up every channel."""

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    token_key: Annotated[SecretStr, AfterValidator(_keys)] | None = None
    slack_api_url: Address = "https://slack.com/api"

    discord_token: SecretStr | None = None
    discord_shard_ids: Annotated[tuple[int, ...], NoDecode, BeforeValidator(_numbers)] = ()
    discord_shard_count: Annotated[int, Field(ge=1)] | None = None
    discord_message_content: bool = False
    """Ask for the privileged intent, so that plain replies in threads can be read."""
    discord_api_url: Address | None = None
    discord_gateway_url: Address | None = None

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @property
    def deck_path(self) -> Path:
        """The deck to use: the one named, else the shipped one."""
        return self.questions or shipped_deck()

    @property
    def slack_by_socket(self) -> bool:
        """Whether Slack is reached over Socket Mode."""
        return bool(self.slack_bot_token and self.slack_app_token)

    @property
    def slack_by_http(self) -> bool:
        """Whether Slack calls us over HTTP."""
        return self.slack_signing_secret is not None and not self.slack_by_socket

    @property
    def has_platform(self) -> bool:
        """Whether any platform besides the page is set up."""
        return self.slack_by_socket or self.slack_by_http or self.discord_token is not None

    def secrets(self) -> list[str]:
        """Every secret there is, so that the log can leave it out."""
        values = (getattr(self, name) for name in Settings.model_fields)
        secrets = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        found = [*secrets, *self.token_keys(), *_passwords(self.database_url)]
        return [secret for secret in found if secret]

    def token_keys(self) -> tuple[str, ...]:
        """The keys of TOKEN_KEY: the first encrypts, all decrypt."""
        keys = self.token_key.get_secret_value() if self.token_key else ""
        return tuple(filter(None, re.split(r"[,\s]+", keys)))


class _Given(Settings):
    """Settings of the values given alone: neither the environment nor .env is read."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # the library names the parameters
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # as above
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Keep only what is passed in."""
        return (init_settings,)


def _known(environment: Mapping[str, str]) -> dict[str, str]:
    names = {name.casefold(): value for name, value in environment.items() if value}
    return {name: value for name, value in names.items() if name in Settings.model_fields}


def _passwords(address: str) -> Iterator[str]:
    """The passwords in a database's address as the store reads them, and as they are written."""
    from sqlalchemy import make_url  # noqa: PLC0415  # only for a process that has it anyway
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415  # as above

    for text in (address, address.replace("%", "%25")):
        try:
            url = make_url(text)
        except (ArgumentError, ValueError):
            return  # the store refuses it in words that show nothing of it
        yield str(url.password or "")
        for name in ("password", "sslpassword"):
            yield from url.normalized_query.get(name, ())


def shipped_deck() -> Path:
    """The deck that comes with the bot: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent
    beside = package.parent / "questions.json"
    return beside if beside.exists() else package / "questions.json"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """
    Read the settings; raises SettingsError with one sentence for the first that is wrong.

    *environment* replaces the process's own and .env, for tests.
    """
    try:
        settings = Settings() if environment is None else _Given.model_validate(_known(environment))
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None
    except UnicodeDecodeError:
        raise SettingsError(".env is not text in UTF-8: save it as such.") from None
    except OSError as error:  # it may not be read, or what is in this directory may not be seen
        raise SettingsError(
            f".env cannot be read ({error.strerror}): let this user read it, or start elsewhere."
        ) from None
    _refuse_halves(settings)
    return settings


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = str(first["loc"][0]).upper()
    match first["type"]:
        case "value_error":
            problem = str(first["ctx"]["error"])
        case "literal_error":
            problem = f"must be one of {first['ctx']['expected']}"
        case "int_parsing":
            problem = "must be a whole number"
        case "bool_parsing":
            problem = "must be true or false"
        case "greater_than_equal":
            problem = f"must be {first['ctx']['ge']} or more"
        case "less_than_equal":
            problem = f"must be {first['ctx']['le']} or less"
        case _:
            problem = first["msg"][0].lower() + first["msg"][1:]
    return f"{name}: {problem}."


def _refuse_halves(settings: Settings) -> None:
    """A platform set up by half would start and stay silent: refuse it."""
    if settings.slack_app_token and not settings.slack_bot_token:
        raise SettingsError("SLACK_APP_TOKEN is set but SLACK_BOT_TOKEN is not: Slack needs both.")
    if settings.slack_bot_token and not (settings.slack_app_token or settings.slack_signing_secret):
        raise SettingsError(
            "SLACK_BOT_TOKEN needs SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)."
        )
    if settings.slack_bot_token and settings.slack_client_id:
        raise SettingsError(
            "SLACK_BOT_TOKEN is for one workspace, SLACK_CLIENT_ID for any number: set one of them."
        )
    if (settings.slack_client_id is None) != (settings.slack_client_secret is None):
        raise SettingsError("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together: set both.")
    if settings.slack_client_id and not settings.slack_signing_secret:
        raise SettingsError("SLACK_CLIENT_ID needs SLACK_SIGNING_SECRET: OAuth works over HTTP.")
    if settings.slack_client_id and not settings.token_key:
        raise SettingsError(
            "SLACK_CLIENT_ID needs TOKEN_KEY, which encrypts the tokens kept: "
            "make one with `flaskquiz token-key`."
        )
    if settings.slack_signing_secret and not (settings.slack_bot_token or settings.slack_client_id):
        raise SettingsError(
            "SLACK_SIGNING_SECRET needs SLACK_BOT_TOKEN (one workspace) or SLACK_CLIENT_ID (any)."
        )
    if settings.discord_shard_ids and settings.discord_shard_count is None:
        raise SettingsError("DISCORD_SHARD_IDS needs DISCORD_SHARD_COUNT: how many there are.")
    beyond = [i for i in settings.discord_shard_ids if i >= (settings.discord_shard_count or 0)]
    if beyond:
        raise SettingsError(f"DISCORD_SHARD_IDS: shard {beyond[0]} is not below the shard count.")
