import Models
import Testing

struct CatalogueTests {
    private let catalogue = Catalogue.standard

    @Test func `a model inherits from every matching pattern, the most specific first`() {
        let model = catalogue.model(named: "gpt-5-mini-2025-08-07")
        #expect(model.efforts == .only([.minimal, .low, .medium, .high]))
        #expect(model.replacement == ModelSelection("gpt-6.1-terra"))
        #expect(model.isServedByResponses)
    }

    @Test(arguments: [
        ("gpt-7-luna", Model.Reasoning.optional), ("gpt-7-sol", .always), ("gpt-6.3-nova", .always),
        ("gpt-5.7", .optional), ("qwen3", .never), ("gpt-oss-20b", .never), ("llama3.1:8b", .never),
    ])
    func `an unknown name gets the rules of its family`(name: String, reasoning: Model.Reasoning) {
        #expect(catalogue.model(named: name).reasoning == reasoning)
    }

    @Test func `a third-party model accepts every parameter`() {
        let model = catalogue.model(named: "some-model")
        #expect(model.efforts == .unknown)
        #expect(model.takesSampling(at: .high))
        #expect(!model.wantsPhase)
        #expect(model.shutdown == nil && model.replacement == nil && model.price == nil)
    }

    @Test func `replacements lead from every model to an available one`() {
        for name in catalogue.names {
            var (model, seen) = (catalogue.model(named: name), Set([name]))
            while let replacement = model.replacement {
                #expect(seen.insert(replacement.name).inserted, "\(name) is in a cycle of replacements")
                model = catalogue.model(named: replacement.name)
            }
            #expect(model.name == name || model.shutdown == nil, "\(name) ends at \(model.name)")
        }
    }

    // MARK: An operator's rows

    @Test func `an operator's row wins over an equally specific one`() throws {
        let catalogue = try Catalogue(addingRowsOf: "model,shutdown,replacement\ngpt-5,2027-03-01,\n")
        #expect(catalogue.model(named: "gpt-5").shutdown == Day("2027-03-01"))
        #expect(catalogue.model(named: "gpt-5").replacement == ModelSelection("gpt-6.1-sol"))
    }

    @Test func `all of an operator's rows take precedence over the built-in ones`() throws {
        let catalogue = try Catalogue(addingRowsOf: "model,input\ngpt-4o*,99\ngpt-4o-mini,1\n")
        #expect(catalogue.model(named: "gpt-4o").price?.rates.input == 99)
        #expect(catalogue.model(named: "gpt-4o-2024-11-20").price?.rates.input == 99)
        #expect(catalogue.model(named: "gpt-4o-mini").price?.rates.input == 1)
        #expect(catalogue.model(named: "gpt-4o").shutdown == Day("2027-01-14"))
    }

    @Test func `an effort belongs to its own replacement`() throws {
        let catalogue = try Catalogue(
            addingRowsOf: "model,replacement\ngpt-4.1,acme\ngpt-4o,gpt-6.1-terra:high\n")
        #expect(catalogue.model(named: "gpt-4.1").replacement == ModelSelection("acme"))
        #expect(catalogue.model(named: "gpt-4o").replacement == ModelSelection("gpt-6.1-terra", effort: .high))
        #expect(catalogue.model(named: "gpt-4.1-mini").replacement == ModelSelection("gpt-6-luna", effort: Effort.none))
    }

    @Test func `a second header starts another section, which takes precedence`() throws {
        let catalogue = try Catalogue(addingRowsOf: "model,phase\nmine,yes\n\nmodel,input,phase\nmine,2,no\nyours,1,\n")
        #expect(!catalogue.model(named: "mine").wantsPhase)
        #expect(catalogue.model(named: "mine").price?.rates.input == 2)
        #expect(try Catalogue(addingRowsOf: catalogue.csv).csv.hasSuffix(catalogue.csv))
    }

    @Test func `a chain of replacements can have any length`() throws {
        let rows = (0..<5000).map { "m\($0),m\($0 + 1)\n" }.joined()
        let catalogue = try Catalogue(addingRowsOf: "model,replacement\n" + rows)
        #expect(catalogue.model(named: "m4999").replacement == ModelSelection("m5000"))
    }

    @Test func `a dash removes a value`() throws {
        let catalogue = try Catalogue(addingRowsOf: "model,shutdown,input\ngpt-5,-,-\n")
        #expect(catalogue.model(named: "gpt-5").shutdown == nil)
        #expect(catalogue.model(named: "gpt-5").price == nil)
    }

    @Test func `a replacement matched by its own pattern is not replaced`() throws {
        let catalogue = try Catalogue(addingRowsOf: "model,shutdown,replacement\nllama*,2026-01-01,llama4\n")
        #expect(catalogue.model(named: "llama3").replacement == ModelSelection("llama4"))
        #expect(catalogue.model(named: "llama4").replacement == nil && catalogue.model(named: "llama4").shutdown == nil)
    }

    @Test func `the CSV that spreadsheets write is read`() throws {
        let catalogue = try Catalogue(
            addingRowsOf: "\u{FEFF}model,phase\r\n\"# a, comment\",\r\n,\r\n\t\r\n\"my-model \" , yes\r\n")
        #expect(catalogue.model(named: "my-model").wantsPhase)
    }

    @Test func `the catalogue's CSV has the operator's rows at the end`() throws {
        let rows = "model,phase\nmine,yes\n"
        #expect(try Catalogue(addingRowsOf: rows).csv == catalogue.csv + "\n# From MODELS_FILE.\n" + rows)
    }

    @Test(
        arguments: [
            ("model,efforts\na,low\nb,high low\n", 3, "efforts"), ("model,efforts\na,lo\n", 2, "efforts"),
            ("model,shutdown\n\na,2026-02-30\n", 3, "shutdown"), ("model,input\na,-1\n", 2, "input"),
            ("model,input\na,nan\n", 2, "input"), ("model,phase\n,yes\n", 2, "model"),
            ("model,replacement\na,b*\n", 2, "replacement"), ("model,replacement\na,a\n", 2, "replacement"),
            ("model,phase\na,yes,no\n", 2, nil), ("modle,phase\n", 1, nil), ("phase,model\n", 1, nil),
            ("model,phase,phase\n", 1, nil), ("model,phase\na,yes\na,no\n", 3, "model"),
            ("model,long_context_from\na,0\n", 2, "long_context_from"), ("model,input\na,0x10\n", 2, "input"),
            ("model,input\na,1e3\n", 2, "input"), ("model,input\na,1000001\n", 2, "input"), ("", 1, nil),
            ("# x\n", 1, nil),
            ("model,efforts\na,\" \"x\n", 2, "efforts"), ("model,chat\na,maybe\n", 2, "chat"),
        ] as [(String, Int, String?)])
    func `an invalid row is an error that names line and column`(text: String, line: Int, column: String?) throws {
        let error = try #require(throws: CatalogueError.self) { try Catalogue(addingRowsOf: text) }
        #expect(error.line == line)
        #expect(error.column == column)
    }

    @Test(arguments: [
        "gpt-6-luna,gpt-4o", "a,b\nb,a", "a,b\nb,c\nc,a", "gpt-6*,gpt-5",
    ])
    func `a cycle of replacements is an error`(rows: String) throws {
        let error = try #require(throws: CatalogueError.self) {
            try Catalogue(addingRowsOf: "model,replacement\n" + rows + "\n")
        }
        #expect(error.column == "replacement")
        #expect(error.reason.contains("→"))
    }
}
