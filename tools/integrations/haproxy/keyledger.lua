-- Asks KeyLedger for the verdict on a request's credential and keeps it in txn.keyledger_… . Without an answer nothing is kept, and the
-- rules of haproxy.cfg refuse.

local timeout_milliseconds = 10000
local credentials = {"x-litellm-api-key", "authorization", "api-key", "x-api-key", "x-goog-api-key", "ocp-apim-subscription-key"}
local verdict = {
    code = "x-keyledger-code", key_id = "x-keyledger-key-id", alias = "x-keyledger-alias", team = "x-keyledger-team",
    user = "x-keyledger-user", status = "x-keyledger-status", position = "x-keyledger-position", deprecation = "deprecation",
    sunset = "sunset",
}

-- HAProxy's lists of values begin at 0, those that its client takes at 1.
local function values(list)
    local result = {}
    for index = 0, #list do
        result[index + 1] = list[index]
    end
    return result
end

core.register_action("keyledger", {"http-req"}, function(txn, frontend)
    local presented = txn.http:req_get_headers()
    local headers = {["x-original-method"] = {txn.sf:method()}, ["x-original-uri"] = {txn.sf:pathq()}}
    for _, name in ipairs(credentials) do
        if presented[name] then
            headers[name] = values(presented[name])
        end
    end
    local answer = core.httpclient():get{url = "http://127.0.0.1/auth/gateway", dst = frontend, headers = headers, timeout = timeout_milliseconds}
    if not answer or not answer.headers then
        return
    end
    for name, header in pairs(verdict) do
        local found = answer.headers[header]
        if found and found[0] ~= "" then
            txn:set_var("txn.keyledger_" .. name, found[0])
        end
    end
    txn:set_var("txn.keyledger_http", answer.status)
end, 1)
