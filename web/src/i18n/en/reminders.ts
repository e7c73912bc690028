import type { Texts } from "../texts";
import type zh from "../zh-CN/reminders";

const en: Texts<typeof zh> = {
  title: "Reminders",
  lead: "What waits for you: told once when it is due soon, due today and late, and gone when it is done. Answers to your appeals are told, too, and gone when you have read them.",
  what: "What",
  due: "Due",
  told: "Told",
  show: "Show",
  standing: "Status",
  waiting: "To do",
  all: "All",
  empty: "Nothing waits for you",
  emptyLead: "Applications, reviews, returns and terms that end appear here when you have to act.",
  allRead: "Mark all as read",
  read: "Marked as read",
  over: "Done",
  unread: "Unread",
  stage: { soon: "Due soon", today: "Due today", late: "Late", news: "News" },
  step: {
    submit: "Hand the application in",
    complete: "Complete the application",
    appeal: "An appeal is possible",
    check: "Check the application",
    review: "Review the application",
    decide: "Decide",
    publish: "Publish the decision",
    answer_objection: "Answer the objection",
    award: "Award the designation",
    answer_appeal: "Answer the appeal",
    assess: "Yearly assessment",
    renew: "Renew the designation",
    designation_ends: "The designation ends",
    return: "Bring back what was lent",
    agreement_ends: "The agreement ends",
    state_appeal: "Say what happened to a line that is questioned",
    decide_appeal: "Decide an appeal",
    appeal_answered: "Your appeal was answered",
  },
};

export default en;
