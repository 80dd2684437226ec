// Upstream's output items and stream events, as JSON.

func message(_ texts: String..., phase: String? = nil) -> String {
    let parts = texts.map { #"{"type":"output_text","text":"\#($0)","annotations":[]}"# }.joined(separator: ",")
    let phase = phase.map { #","phase":"\#($0)""# } ?? ""
    return #"{"type":"message","id":"msg","role":"assistant"\#(phase),"content":[\#(parts)]}"#
}

func commentary(_ text: String) -> String {
    message(text, phase: "commentary")
}

/// A message that has no content yet.
func emptyMessage(phase: String? = nil) -> String {
    let phase = phase.map { #","phase":"\#($0)""# } ?? ""
    return #"{"type":"message","id":"msg","role":"assistant"\#(phase),"content":[]}"#
}

func functionCall(_ callID: String, _ name: String, _ arguments: String) -> String {
    #"{"type":"function_call","id":"fc_\#(callID)","call_id":"\#(callID)","name":"\#(name)","arguments":"\#(arguments)"}"#
}

func citation(_ start: Int, _ end: Int) -> String {
    #"{"type":"url_citation","start_index":\#(start),"end_index":\#(end),"title":"t","url":"u"}"#
}

func nestedCitation(_ start: Int, _ end: Int) -> String {
    #"{"type":"url_citation","url_citation":{"end_index":\#(end),"start_index":\#(start),"title":"t","url":"u"}}"#
}

func added(_ item: String, at index: Int = 0) -> String {
    #"{"type":"response.output_item.added","output_index":\#(index),"item":\#(item)}"#
}

func done(_ item: String, at index: Int = 0) -> String {
    #"{"type":"response.output_item.done","output_index":\#(index),"item":\#(item)}"#
}

/// A delta of the type `response.<kind>.delta`.
func delta(_ kind: String, _ text: String, at index: Int = 0, part: Int = 0) -> String {
    let partName = kind.hasPrefix("reasoning_summary") ? "summary_index" : "content_index"
    return #"""
        {"type":"response.\#(kind).delta","output_index":\#(index),"\#(partName)":\#(part),"delta":"\#(text)"}
        """#
}

/// The end of a part, of the type `response.<kind>.done`, with the whole content of the part.
func whole(_ kind: String, _ field: String, _ text: String, at index: Int = 0, part: Int = 0) -> String {
    let partName = kind.hasPrefix("reasoning_summary") ? "summary_index" : "content_index"
    return #"""
        {"type":"response.\#(kind).done","output_index":\#(index),"\#(partName)":\#(part),"\#(field)":"\#(text)"}
        """#
}

func annotationAdded(_ annotation: String, at index: Int = 0, part: Int = 0) -> String {
    #"""
    {"type":"response.output_text.annotation.added","output_index":\#(index),"content_index":\#(part),\#
    "annotation":\#(annotation)}
    """#
}

func created(_ id: String = "1") -> String {
    #"{"type":"response.created","response":{"id":"resp_\#(id)","created_at":5,"model":"m","output":[]}}"#
}

func completed(_ output: String..., fields: String = "") -> String {
    #"""
    {"type":"response.completed","response":{"id":"resp_1","created_at":5,"model":"m","status":"completed",\#
    "output":[\#(output.joined(separator: ","))]\#(fields)}}
    """#
}
