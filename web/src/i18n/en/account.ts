import type zh from "../zh-CN/account";
import type { Texts } from "../texts";

const texts: Texts<typeof zh> = {
  menu: { devices: "My devices" },
  signIn: {
    title: "Sign in",
    lead: "Use the account that your school, base or education authority gave you.",
    login: "Account",
    password: "Password",
    submit: "Sign in",
    loginMissing: "Enter your account",
    passwordMissing: "Enter your password",
    failed:
      "The account or the password is not right. Check both and try again; the administrator of your organization can reset a forgotten password.",
    locked: "Too many wrong passwords in a row. Try again in {{seconds}} seconds.",
    help: "No account? Ask the administrator of your school or organization.",
  },
  again: {
    title: "Please sign in again",
    lead: "Your sign-in has expired. What you have typed is still there, and goes on once you have signed in.",
    leave: "Sign out and stop here",
    other: "This is another account. Sign in as {{login}}, or sign out first.",
  },
  password: {
    title: "Change password",
    forced: "Somebody else set this password for you. Choose one that only you know.",
    others: "All your other devices will be signed out.",
    current: "Present password",
    next: "New password",
    repeat: "New password once more",
    rule: "At least 10 characters; no name, birthday or common word.",
    submit: "Change password",
    currentMissing: "Enter your present password",
    nextMissing: "Enter a new password",
    tooShort: "At least 10 characters",
    repeatMissing: "Enter the new password once more",
    differs: "The two new passwords differ",
    changed: "Password changed",
  },
  devices: {
    title: "My devices",
    lead: "These devices use your account. If you do not know one, end it and change your password.",
    current: "This device",
    signedIn: "Signed in",
    lastUsed: "Last used",
    address: "Address",
    unknown: "Unknown device",
    end: "Sign out",
    ended: "The device is signed out",
    everywhere: "Sign out everywhere",
    everywhereSure: "Sign out on every device, this one included?",
    everywhereOk: "Sign out everywhere",
    more: "{{browser}} on {{system}}",
  },
};
export default texts;
