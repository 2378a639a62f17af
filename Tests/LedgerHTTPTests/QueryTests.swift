import LedgerHTTP
import Testing

struct QueryTests {
    @Test(arguments: [
        ("a=1&b=2", [("a", "1"), ("b", "2")]), ("a=b+c%20d%2Be", [("a", "b c d+e")]), ("k%C3%A9y=%E2%82%AC", [("kéy", "€")]),
        ("a", [("a", "")]), ("a=", [("a", "")]), ("a=b=c", [("a", "b=c")]), ("&&a=1&", [("a", "1")]), ("", []),
        ("a=%zz%4", [("a", "%zz%4")]),
        ("a=1&a=2", [("a", "1"), ("a", "2")]), ("a=%FF", [("a", "%FF")]),
    ])
    func `a query is decoded`(query: String, items: [(String, String)]) {
        let parameters = QueryParameters(query[...])
        #expect(parameters.items.map(\.name) == items.map(\.0))
        #expect(parameters.items.map(\.value) == items.map(\.1))
    }

    @Test func `the last of a repeated name counts, and all can be had`() {
        let parameters = QueryParameters(target: "/p?a=1&b=x&a=2#a=3")
        #expect(parameters["a"] == "2")
        #expect(parameters.all("a") == ["1", "2"])
        #expect(parameters["c"] == nil)
        #expect(QueryParameters(target: "/p").items.isEmpty)
    }

    /// Recording 06.
    @Test(arguments: [
        (
            "size=0",
            ValidationIssue(type: "greater_than_equal", location: ["query", "size"], message: "Input should be greater than or equal to 1")
        ),
        (
            "size=101",
            ValidationIssue(type: "less_than_equal", location: ["query", "size"], message: "Input should be less than or equal to 100")
        ),
        (
            "page=0",
            ValidationIssue(type: "greater_than_equal", location: ["query", "page"], message: "Input should be greater than or equal to 1")
        ),
        (
            "size=abc",
            ValidationIssue(
                type: "int_parsing", location: ["query", "size"],
                message: "Input should be a valid integer, unable to parse string as an integer")
        ),
        (
            "full=perhaps",
            ValidationIssue(
                type: "bool_parsing", location: ["query", "full"], message: "Input should be a valid boolean, unable to interpret input")
        ),
        ("size=99999999999999999999", .atMost(100, at: ["query", "size"])),
        ("size=-99999999999999999999", .atLeast(1, at: ["query", "size"])),
        ("size=", .integerText(["query", "size"])), ("size=1.5", .integerText(["query", "size"])),
    ])
    func `a bad parameter is named`(query: String, issue: ValidationIssue) {
        var reader = QueryReader(QueryParameters(query[...]))
        #expect(reader.integer("page", default: 1, atLeast: 1) == 1)
        #expect(reader.integer("size", default: 10, atLeast: 1, atMost: 100) == 10)
        #expect(reader.boolean("full", default: false) == false)
        #expect(reader.issues == [issue])
        #expect(throws: APIError.self) { try reader.validate() }
    }

    @Test func `every fault is named at once`() {
        var reader = QueryReader(QueryParameters("page=0&size=x"))
        _ = reader.integer("page", atLeast: 1)
        _ = reader.integer("size")
        _ = reader.required("start_date")
        #expect(reader.issues.map(\.type) == ["greater_than_equal", "int_parsing", "missing"])
    }

    @Test func `good parameters are read`() throws {
        var reader = QueryReader(QueryParameters("page=2&size=+7+&full=YES&off=0&name=a+b"))
        #expect(reader.integer("page", default: 1, atLeast: 1) == 2)
        #expect(reader.integer("size", default: 10, atLeast: 1, atMost: 100) == 7)
        #expect(reader.boolean("full") == true)
        #expect(reader.boolean("off") == false)
        #expect(reader.boolean("other") == nil)
        #expect(reader.required("name") == "a b")
        try reader.validate()
    }

    @Test(arguments: [
        ("0", IntegerText.value(0)), ("-12", .value(-12)), ("+5", .value(5)), (" 7\t", .value(7)), ("1_000", .value(1000)),
        ("3.00", .value(3)),
        ("007", .value(7)), ("9223372036854775807", .value(.max)), ("9223372036854775808", .tooLarge(isNegative: false)),
        ("-9223372036854775809", .tooLarge(isNegative: true)),
    ])
    func `text of an integer is read`(text: String, integer: IntegerText) {
        #expect(IntegerText(text) == integer)
    }

    @Test(arguments: ["", " ", "-", "a", "1a", "1_", "_1", "1__0", "1.", ".0", "1.5", "1e3", "0x10", "１", "--1", "+-1"])
    func `other text is no integer`(text: String) {
        #expect(IntegerText(text) == nil)
    }
}
