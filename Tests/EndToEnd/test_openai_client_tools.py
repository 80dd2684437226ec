"""Tools, legacy functions, images and files sent with OpenAI's own library: upstream gets valid requests."""

import json

import pytest

WEATHER = {
    "name": "get_weather",
    "description": "Current weather for a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
TOOLS = [{"type": "function", "function": WEATHER}]
CASES = {"04_function_call": "Weather in Paris?", "05_parallel_function_calls": "Weather in Paris and in São Paulo?"}


@pytest.fixture(params=CASES)
def case(request, vectors):
    """A recorded request: the user's question, and the expected message with tool calls."""
    completion = json.loads((vectors / f"expected/{request.param}.completion.json").read_text())
    return CASES[request.param], completion["choices"][0]["message"]


def test_calls_and_their_results_make_a_round_trip(sdk, simulator, case):
    question, expected = case
    messages = [{"role": "user", "content": question}]
    choice = sdk.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS).choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content == expected["content"]
    assert [call.to_dict() for call in choice.message.tool_calls] == expected["tool_calls"]
    assert simulator.body["tools"] == [{"type": "function", "strict": False, **WEATHER}]

    simulator.forget()
    messages.append(choice.message)
    for call in choice.message.tool_calls:
        messages.append({"role": "tool", "tool_call_id": call.id, "content": f"sunny, {call.function.arguments}"})
    sdk.chat.completions.create(model="gpt-4o", messages=messages, tools=TOOLS)
    sent = simulator.body["input"]
    calls = [item for item in sent if item.get("type") == "function_call"]
    outputs = [item for item in sent if item.get("type") == "function_call_output"]
    assert [(item["call_id"], item["name"], item["arguments"]) for item in calls] == [
        (call.id, call.function.name, call.function.arguments) for call in choice.message.tool_calls
    ]
    assert [(item["call_id"], item["output"]) for item in outputs] == [
        (call.id, f"sunny, {call.function.arguments}") for call in choice.message.tool_calls
    ]
    assert (expected["content"] is not None) == ("assistant" in [item.get("role") for item in sent])


def test_streamed_calls_are_assembled(sdk, case):
    question, expected = case
    messages = [{"role": "user", "content": question}]
    with sdk.chat.completions.stream(model="gpt-4o", messages=messages, tools=TOOLS) as stream:
        choice = stream.get_final_completion().choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content == expected["content"]
    assert [(call.id, call.function.name, call.function.arguments) for call in choice.message.tool_calls] == [
        (call["id"], call["function"]["name"], call["function"]["arguments"]) for call in expected["tool_calls"]
    ]


LEGACY = {"model": "gpt-4o", "functions": [WEATHER], "function_call": "auto"}


def test_legacy_functions_get_function_calls(sdk, simulator, vectors):
    expected = json.loads((vectors / "expected/04_function_call.completion.json").read_text())
    function = expected["choices"][0]["message"]["tool_calls"][0]["function"]
    messages = [{"role": "user", "content": CASES["04_function_call"]}]
    choice = sdk.chat.completions.create(messages=messages, **LEGACY).choices[0]
    assert choice.finish_reason == "function_call"
    assert choice.message.function_call.to_dict() == function
    assert choice.message.tool_calls is None
    assert simulator.body["tools"] == [{"type": "function", "strict": False, **WEATHER}]
    assert simulator.body["parallel_tool_calls"] is False

    simulator.forget()
    messages += [choice.message, {"role": "function", "name": "get_weather", "content": "sunny"}]
    sdk.chat.completions.create(messages=messages, **LEGACY)
    _, call, output = simulator.body["input"]
    assert (call["type"], call["name"], call["arguments"]) == ("function_call", function["name"], function["arguments"])
    assert (output["type"], output["call_id"], output["output"]) == ("function_call_output", call["call_id"], "sunny")


def test_legacy_functions_get_streamed_function_calls(sdk, vectors):
    expected = json.loads((vectors / "expected/04_function_call.completion.json").read_text())
    function = expected["choices"][0]["message"]["tool_calls"][0]["function"]
    messages = [{"role": "user", "content": CASES["04_function_call"]}]
    choices = [chunk.choices[0] for chunk in sdk.chat.completions.create(messages=messages, stream=True, **LEGACY)]
    deltas = [choice.delta.function_call for choice in choices if choice.delta.function_call]
    assert "".join(delta.name or "" for delta in deltas) == function["name"]
    assert "".join(delta.arguments or "" for delta in deltas) == function["arguments"]
    assert not any(choice.delta.tool_calls for choice in choices)
    assert choices[-1].finish_reason == "function_call"


def test_images_and_files(sdk, simulator):
    image, document = "data:image/png;base64,iVBORw0KGgo=", "data:application/pdf;base64,JVBERi0xLjQ="
    sdk.chat.completions.create(
        model="gpt-4o",
        messages=[
            {"role": "developer", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": image, "detail": "low"}},
                    {"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}},
                    {"type": "file", "file": {"filename": "a.pdf", "file_data": document}},
                ],
            },
        ],
    )
    system, message = simulator.body["input"]
    assert (system["role"], system["content"]) == ("developer", "Be brief.")
    assert message["content"] == [
        {"type": "input_text", "text": "What is this?"},
        {"type": "input_image", "image_url": image, "detail": "low"},
        {"type": "input_image", "image_url": "https://example.com/cat.png", "detail": "auto"},
        {"type": "input_file", "filename": "a.pdf", "file_data": document},
    ]
