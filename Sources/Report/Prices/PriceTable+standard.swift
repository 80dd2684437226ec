extension PriceTable {
    /// The built-in table, as `gpt-proxy report --print-prices` prints it. Prices of OpenAI's standard tier.
    public static let standardText = """
        # What models cost, in USD per million tokens, for gpt-proxy report --prices FILE.
        # As of 2026-02-16. Prices change: compare with https://openai.com/api/pricing and edit.
        # * in a model's name matches any run of characters; the most specific line wins.
        model,input,cached_input,output
        gpt-5,1.25,0.125,10
        gpt-5-20*,1.25,0.125,10
        gpt-5-chat*,1.25,0.125,10
        gpt-5-codex*,1.25,0.125,10
        gpt-5-mini*,0.25,0.025,2
        gpt-5-nano*,0.05,0.005,0.4
        gpt-5.1,1.25,0.125,10
        gpt-5.1-20*,1.25,0.125,10
        gpt-5.2,1.75,0.175,14
        gpt-5.2-20*,1.75,0.175,14
        gpt-4o,2.5,1.25,10
        gpt-4o-20*,2.5,1.25,10
        gpt-4o-mini,0.15,0.075,0.6
        gpt-4o-mini-20*,0.15,0.075,0.6
        gpt-4.1,2,0.5,8
        gpt-4.1-20*,2,0.5,8
        gpt-4.1-mini*,0.4,0.1,1.6
        gpt-4.1-nano*,0.1,0.025,0.4
        o3,2,0.5,8
        o3-20*,2,0.5,8
        o4-mini,1.1,0.275,4.4
        o4-mini-20*,1.1,0.275,4.4

        """
}
