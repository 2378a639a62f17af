import ArgumentParser
import Ledger
import LedgerHTTP
import LedgerTelemetry
import Logging

/// `keyledger serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer over HTTP; makes the ledger on the first run.",
        discussion: """
            Flags count more than the environment, the environment more than --config. Without an admin secret one is made, kept in \
            keys/master.key of the folder (0600), and printed this once.
              keyledger serve
              keyledger serve --data /var/lib/keyledger --listen 0.0.0.0:4100 --master-key-file /run/secrets/keyledger
              keyledger serve --listen 127.0.0.1:0 --ready-file /run/keyledger.url

            The file of --config is a JSON object: data, listen, master_key_file, ready_file, default_grace_period, deleted_key_info \
            ("history" or 404), log_format ("text" or "json"), access_log (true or false), idle_timeout_seconds, max_connections, \
            reconcile_interval, report_zones (a list of names).
              {"listen": "0.0.0.0:4100", "default_grace_period": "1h", "log_format": "json"}

            Environment: KEYLEDGER_DATA, KEYLEDGER_LISTEN, KEYLEDGER_MASTER_KEY_FILE, KEYLEDGER_MASTER_KEY, KEYLEDGER_REPORT_ZONES, \
            LITELLM_KEY_ROTATION_GRACE_PERIOD.
            """)

    @Option(name: .long, help: ArgumentHelp("The ledger's folder. (default: KEYLEDGER_DATA, else ./keyledger-data)", valueName: "dir"))
    var data: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where to listen; port 0 picks a free one. (default: KEYLEDGER_LISTEN, else 127.0.0.1:4100)", valueName: "host:port"))
    var listen: String?

    @Option(
        name: .customLong("master-key-file"),
        help: ArgumentHelp("File with the admin secret, readable by its owner alone; - for standard input.", valueName: "file"))
    var masterKeyFile: String?

    @Option(name: .customLong("ready-file"), help: ArgumentHelp("Holds the base URL while the server answers.", valueName: "file"))
    var readyFile: String?

    @Option(name: .long, help: ArgumentHelp("Settings as a JSON object.", valueName: "file"))
    var config: String?

    @Flag(name: .customLong("accept-clock"), help: "Believe the wall clock although it leapt; recorded in the log.")
    var acceptsClock = false

    @Option(
        name: .customLong("reconcile-interval"),
        help: ArgumentHelp(
            "How often the views of spend are compared with the log, as `keyledger reconcile` does, at low priority; the first time a minute "
                + "after the start, 0 for never. (default: 1h)", valueName: "duration"))
    var reconcileInterval: String?

    @Option(
        name: .customLong("report-zones"),
        help: ArgumentHelp(
            "Time zones whose days are kept ready, so that daily activity in them (tz=) is as fast as in UTC: names such as Europe/Berlin, "
                + "divided by commas, 16 at most. Their rules come from the system's tzdata; after an update of it, restart. Days of all other "
                + "zones are summed from quarters of an hour when they are asked for. (default: KEYLEDGER_REPORT_ZONES, else none)",
            valueName: "zones"))
    var reportZones: String?

    func run() async throws {
        let file = try config.map { try ServeFile(path: $0) } ?? ServeFile()
        let settings = try ServeSettings(
            flags: .init(
                data: data, listen: listen, readyFile: readyFile, reconcileInterval: reconcileInterval, reportZones: reportZones),
            file: file)
        let logger = Self.logger(settings.logFormat)
        try await serve(settings, logger)
        logger.notice("stopped")
    }

    private func serve(_ settings: ServeSettings, _ logger: Logger) async throws {
        let configured = try MasterSecret.configured(flag: masterKeyFile, config: settings.masterKeyFile, folder: settings.data)
        try ExposureRule.check(configured, settings.listen)
        let metrics = LedgerMetrics()
        let ready = settings.readyFile.map(ReadyFile.init)
        let (ledger, isNew) = try await LedgerFolder.openOrMake(
            settings.data,
            Ledger.Options(acceptsClock: acceptsClock, observer: metrics.observer, reportZones: settings.reportZones.names)
        ) {
            // What cannot be served is not made.
            try ready?.check()
            try await ServerStart.requireFree(settings.listen)
        }
        defer { ledger.close() }
        let master = try configured ?? MasterSecret.make(for: ledger)
        let welcome = Welcome(ledger: ledger, settings: settings, master: master, isNewLedger: isNew, isNewSecret: configured == nil)
        if let text = welcome.made { Terminal.output(text) }
        if let weakness = master.weakness {
            logger.warning("the admin secret is weak: it \(weakness)", metadata: ["source": "\(master.source)"])
        }
        if let reason = ledger.unreadiness { logger.error("\(reason)") }
        try ready?.prepare()
        defer { ready?.remove() }
        let start = ServerStart(settings: settings, master: master, ledger: ledger, metrics: metrics, logger: logger)
        try await start.run { url in
            do {
                try ledger.announce(url: url)
                try ready?.write(url)
            } catch { logger.error("\(error)") }
            Terminal.output(welcome.listening(url))
            logger.notice("listening", metadata: ["url": "\(url)", "head": "\(ledger.head.position)"])
        }
    }

    private static func logger(_ format: ServeSettings.LogFormat) -> Logger {
        let usesColor = StandardError.usesColor(isTerminal: StandardError.isTerminal, noColor: ProcessEnvironment["NO_COLOR"])
        return Logger(label: "keyledger") { label in
            switch format {
            case .text: ConsoleLogHandler(usesColor: usesColor)
            case .json: JSONLogHandler(label: label)
            }
        }
    }
}
