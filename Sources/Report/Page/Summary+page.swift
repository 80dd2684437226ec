extension Summary {
    public var page: String { "" }
}
