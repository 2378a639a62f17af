import JSONText
import Ledger
import LedgerHTTP

extension KeyService {
    /// Records charges; the answer has `results` even if none was recorded.
    func record(_ bytes: [UInt8], _ format: ChargeBody.Format) async throws -> JSONObject {
        switch self {
        case .server(let server): return try await server.send(charges: bytes, contentType: format.contentType)
        case .folder(let folder): return try await folder.record(bytes, format)
        }
    }
}

extension FolderKeys {
    fileprivate func record(_ bytes: [UInt8], _ format: ChargeBody.Format) async throws -> JSONObject {
        let results = try await ChargeResults(ChargeBody(bytes, format), head: ledger.head.position) { charges in
            try await ledger.record(ChargeRequest(charges: charges, caller: .operator))
        }
        var writer = JSONWriter()
        results.write(to: &writer)
        guard let object = try JSONValue.parse(writer.bytes).object else { throw CommandError.failed("The ledger's answer is no object.") }
        return object
    }
}
