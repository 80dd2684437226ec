import JSON
import Translation

/// Translates responses with one choice.
struct SingleReplyTranslator {
    let context: ReplyContext
    let id: String
    let created: Int

    func translate(_ response: Document) throws(ReplyFailure) -> ReplyTranslator.Reply {
        try ReplyTranslator(id: id, created: created).translate([(context, response)])
    }
}
