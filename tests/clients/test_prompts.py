"""Prompts through the stock client: they are registered models with a tag, and must stay apart."""

import json

import pytest
from mlflow.exceptions import MlflowException

from harness import poll

# Written by the client from a thread of its own after it registered a prompt.
EXPERIMENTS = "_mlflow_experiment_ids"


def _own(tags):
    return {key: value for key, value in tags.items() if key != EXPERIMENTS}


@pytest.fixture
def prompt(stock, client, name):
    """A prompt of two versions, the second a chat."""
    stock.genai.register_prompt(name, "Hello {{who}}", commit_message="first", tags={"lang": "en"})
    stock.genai.register_prompt(name, [{"role": "user", "content": "Hi {{who}}"}], commit_message="second")
    poll.until("the client's own tag on the prompt", lambda: EXPERIMENTS in client.get_prompt(name).tags)
    return name


def test_register_returns_the_whole_version(stock, name):
    registered = stock.genai.register_prompt(
        name, "Hello {{who}}", commit_message="first", tags={"lang": "en"}, response_format={"type": "object"}
    )

    assert (registered.name, registered.version) == (name, 1)
    assert registered.template == "Hello {{who}}"
    assert registered.variables == {"who"}
    assert registered.commit_message == "first"
    assert registered.tags == {"lang": "en"}
    assert registered.response_format == {"type": "object"}
    assert registered.format(who="world") == "Hello world"


@pytest.mark.parametrize("address", ["prompts:/{}/1", "prompts:/{}@prod"])
def test_load_by_address(stock, prompt, address):
    stock.genai.set_prompt_alias(prompt, "prod", 1)

    loaded = stock.genai.load_prompt(address.format(prompt))

    assert (loaded.name, loaded.version, loaded.template) == (prompt, 1, "Hello {{who}}")
    assert loaded.commit_message == "first"
    assert loaded.tags == {"lang": "en"}
    assert loaded.aliases == ["prod"]


def test_load_without_a_version_is_the_latest(stock, prompt):
    loaded = stock.genai.load_prompt(prompt)

    assert loaded.version == 2
    assert loaded.template == [{"role": "user", "content": "Hi {{who}}"}]
    assert stock.genai.load_prompt(f"prompts:/{prompt}@latest").version == 2


def test_load_of_a_missing_version(stock, prompt):
    with pytest.raises(MlflowException, match=rf"Prompt \(name={prompt}, version=9\) not found") as missing:
        stock.genai.load_prompt(prompt, version=9)
    assert missing.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert stock.genai.load_prompt(prompt, version=9, allow_missing=True) is None
    assert stock.genai.load_prompt(prompt + "-nobody", allow_missing=True) is None


def test_aliases_move_and_go(stock, client, prompt):
    client.set_prompt_alias(prompt, "prod", 1)
    assert client.get_prompt_version_by_alias(prompt, "prod").version == 1

    client.set_prompt_alias(prompt, "prod", 2)
    assert client.get_prompt_version_by_alias(prompt, "prod").version == 2

    stock.genai.delete_prompt_alias(prompt, "prod")
    with pytest.raises(MlflowException):
        client.get_prompt_version_by_alias(prompt, "prod")


def test_search_finds_prompts_and_only_prompts(stock, client, prompt):
    client.create_registered_model(prompt + "-model")

    found = stock.genai.search_prompts(filter_string=f"name LIKE '{prompt}%'")

    assert [(p.name, p.description, _own(p.tags)) for p in found] == [(prompt, "first", {"lang": "en"})]
    assert [m.name for m in client.search_registered_models(f"name LIKE '{prompt}%'")] == [prompt + "-model"]
    assert client.search_model_versions(f"name = '{prompt}'") == []


def test_versions_of_a_prompt(client, prompt):
    found = client.search_prompt_versions(prompt)

    assert [(v.version, v.template) for v in found] == [
        (2, [{"role": "user", "content": "Hi {{who}}"}]),
        (1, "Hello {{who}}"),
    ]


def test_prompt_tags(stock, prompt):
    stock.genai.set_prompt_tag(prompt, "team", "red")
    assert _own(stock.genai.get_prompt_tags(prompt)) == {"lang": "en", "team": "red"}

    stock.genai.delete_prompt_tag(prompt, "team")
    assert _own(stock.genai.get_prompt_tags(prompt)) == {"lang": "en"}


def test_prompt_version_tags_and_model_config(stock, client, prompt):
    stock.genai.set_prompt_version_tag(prompt, 1, "k", "v")
    assert client.get_prompt_version(prompt, 1).tags == {"lang": "en", "k": "v"}
    stock.genai.delete_prompt_version_tag(prompt, 1, "k")
    assert client.get_prompt_version(prompt, 1).tags == {"lang": "en"}

    stock.genai.set_prompt_model_config(prompt, 1, {"model_name": "m", "temperature": 0.5})
    config = client.get_prompt_version(prompt, 1).model_config
    assert (config["model_name"], config["temperature"]) == ("m", 0.5)
    stock.genai.delete_prompt_model_config(prompt, 1)
    assert client.get_prompt_version(prompt, 1).model_config is None


def test_the_client_api_of_prompts(client, name):
    created = client.create_prompt(name, description="d", tags={"t": "1"})
    assert (created.name, created.description, created.tags) == (name, "d", {"t": "1"})
    version = client.create_prompt_version(name, "Say {{x}}", description="vd", tags={"vt": "1"})
    assert (version.name, version.version, version.template) == (name, 1, "Say {{x}}")
    assert (version.commit_message, version.tags) == ("vd", {"vt": "1"})

    got = client.get_prompt(name)
    assert (got.name, got.description, got.tags) == (name, "d", {"t": "1"})
    assert client.get_prompt(name + "-nobody") is None

    client.delete_prompt_version(name, "1")
    with pytest.raises(MlflowException):
        client.get_prompt_version(name, 1)
    client.delete_prompt(name)
    assert client.get_prompt(name) is None


def test_models_and_prompts_do_not_share_a_name(stock, client, prompt, name):
    with pytest.raises(MlflowException) as taken:
        client.create_registered_model(prompt)
    assert taken.value.error_code == "RESOURCE_ALREADY_EXISTS"
    assert taken.value.message == (
        f"RESOURCE_ALREADY_EXISTS: Tried to create a registered model with name '{prompt}', but the name is already taken"
        " by a prompt. MLflow does not allow creating a model and a prompt with the same name."
    )
    client.create_registered_model(prompt + "-model")
    with pytest.raises(MlflowException, match="exists with the same name"):
        stock.genai.register_prompt(prompt + "-model", "Hello")


@pytest.mark.parametrize(
    "call",
    [
        lambda client, name: client.get_registered_model(name),
        lambda client, name: client.get_model_version(name, "1"),
        lambda client, name: client.update_registered_model(name, "d"),
        lambda client, name: client.delete_registered_model(name),
        lambda client, name: client.transition_model_version_stage(name, "1", "Production"),
        lambda client, name: client.set_registered_model_tag(name, "k", "v"),
    ],
)
def test_model_functions_do_not_see_prompts(client, prompt, call):
    with pytest.raises(MlflowException, match=f"Registered Model with name='{prompt}' not found"):
        call(client, prompt)
    assert client.get_prompt_version(prompt, 1).template == "Hello {{who}}"


def test_the_text_is_in_a_tag_that_rest_shows(client, prompt):
    # The UI and other clients read the template from here.
    version = client._get_registry_client().store.get_model_version(prompt, "2")

    assert json.loads(version._tags["mlflow.prompt.text"]) == [{"role": "user", "content": "Hi {{who}}"}]
    assert version._tags["mlflow.prompt.is_prompt"] == "true"
