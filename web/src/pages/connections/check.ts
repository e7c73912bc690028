/** How a receiver checks a message, to be read and copied. A test runs the first one. */
export const CHECK_NODE = `import { createHmac, timingSafeEqual } from "node:crypto";

// body: the text as it came, before JSON.parse
export function isFromKepu(secret, headers, body) {
  const id = headers["webhook-id"], time = headers["webhook-timestamp"];
  if (!(Math.abs(Date.now() / 1000 - Number(time)) < 300)) return false;
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const hmac = createHmac("sha256", key).update(\`\${id}.\${time}.\${body}\`);
  const right = Buffer.from("v1," + hmac.digest("base64"));
  return headers["webhook-signature"].split(" ").some((one) => {
    const given = Buffer.from(one);
    return given.length === right.length && timingSafeEqual(given, right);
  });
}`;

export const CHECK_PYTHON = `import base64, hashlib, hmac, time

# body: the bytes as they came, before json.loads
def is_from_kepu(secret, headers, body):
    id, at = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(at)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{id}.{at}.".encode() + body, hashlib.sha256)
    right = "v1," + base64.b64encode(mac.digest()).decode()
    given = headers["webhook-signature"].split(" ")
    return any(hmac.compare_digest(one, right) for one in given)`;

export const CHECK_LIBRARY = `import { Webhook } from "standardwebhooks"; // npm; pip, Maven, Go, Rust … as well

const message = new Webhook(secret).verify(body, headers); // throws if it is not ours`;
