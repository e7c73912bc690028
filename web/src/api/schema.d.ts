// Generated from openapi.json by `npm run schema`. Do not edit.

export interface paths {
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the accounts that I administer, by login. */
        get: operations["list_accounts"];
        put?: never;
        /** Make an account. The answer holds its one-time password. */
        post: operations["create_account"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one account. */
        get: operations["read_account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Rename, disable or enable an account. Disabling ends its sessions. */
        patch: operations["change_account"];
        trace?: never;
    };
    "/api/v1/accounts/{id}/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give an account one more right. */
        post: operations["add_grant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}/grants/{grant_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a right from an account. */
        delete: operations["revoke_grant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give an account a new one-time password, end its sessions and unlock it. */
        post: operations["reset_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/activities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists activities: those of the district unless a host is named, in the order of entry. */
        get: operations["list_activities"];
        put?: never;
        /** Adds an activity to what a host of the district offers. */
        post: operations["create_activity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/activities/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reads an activity, whatever its district. */
        get: operations["read_activity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes an activity of a host of the district. What credit depends on is settled once a session has begun. */
        patch: operations["change_activity"];
        trace?: never;
    };
    "/api/v1/adoptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Adoptions of the district, newest first. */
        get: operations["list_adoptions"];
        put?: never;
        /** Asks what adopting a version would change. Nothing of it touches the ledger. */
        post: operations["adopt_policy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/adoptions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One adoption: how far it is, and what it would change. */
        get: operations["read_adoption"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/adoptions/{id}/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives up an adoption that is not effective. */
        post: operations["discard_adoption"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/adoptions/{id}/effective": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Scores the district by a computed adoption from now on: in the background, all or nothing. Confirmations wait meanwhile. */
        post: operations["make_adoption_effective"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the audit trail of a district, the newest first. Without a district: that of the platform (sign-ins,
         *     administration).
         */
        get: operations["list_audit_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in with login and password.
         * @description After five failures in a row the login is locked for 15 seconds, each further failure doubles that up to 15 minutes;
         *     the same holds for an address after fifty.
         */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End this session. */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout-everywhere": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End every session of this account. */
        post: operations["logout_everywhere"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change my password. Ends every other session of this account. */
        post: operations["change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a refresh token for new tokens.
         * @description A refresh token works once. If one comes a second time, somebody else has got hold of it: the session ends for both.
         *     Pages with several tabs must refresh in one of them at a time.
         */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List my devices. */
        get: operations["list_my_devices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Sign one of my devices out. */
        delete: operations["end_device"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/authorities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List authorities by code. */
        get: operations["list_authorities"];
        put?: never;
        /** Make a country, province or city. */
        post: operations["create_authority"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/classes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List classes, newest school year first, then by school, grade and name. */
        get: operations["list_classes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/classes/promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a school year: each class goes up a grade under the same name, the highest grade leaves. All or nothing. */
        post: operations["promote_classes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/classes/{id}/passes.pdf": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The passes of a class as cards to print: A4, ten a page. */
        get: operations["class_passes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/classes/{id}/persons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the persons who are in a class today, by number. */
        get: operations["list_class_persons"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/competitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists competitions: those on the national list and the local ones of the district. */
        get: operations["list_competitions"];
        put?: never;
        /** Adds a local contest of the district. */
        post: operations["create_competition"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/competitions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reads a competition. */
        get: operations["read_competition"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes a local contest of the district. The national list changes with the data that kepu ships. */
        patch: operations["change_competition"];
        trace?: never;
    };
    "/api/v1/designations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the designations held by organizations of the district. */
        get: operations["list_designations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/designations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reads a designation. */
        get: operations["read_designation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Corrects a designation. Records whose host it concerns are scored again. */
        patch: operations["change_designation"];
        trace?: never;
    };
    "/api/v1/designations/{id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a designation on a day. Records of later days are scored again. */
        post: operations["end_designation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/districts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List districts by code. */
        get: operations["list_districts"];
        put?: never;
        /** Make a district. */
        post: operations["create_district"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/districts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one district. */
        get: operations["read_district"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the name, time zone or settings of a district. */
        patch: operations["change_district"];
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I, and what may I do? */
        get: operations["me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the organizations of a district, in the order of registration. */
        get: operations["list_organizations"];
        put?: never;
        /** Registers an organization in the district. */
        post: operations["create_organization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reads an organization, whatever its district. */
        get: operations["read_organization"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes an organization of the district. With its level, records at it as a host are scored again. */
        patch: operations["change_organization"];
        trace?: never;
    };
    "/api/v1/organizations/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Closes an organization: its past stays, no activity or designation begins there any more. */
        post: operations["close_organization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{id}/designations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the designations that an organization holds, held or will hold. */
        get: operations["list_organization_designations"];
        put?: never;
        /** Grants a designation to an organization of the district. One scheme is held once at a time. */
        post: operations["grant_designation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reopens a closed organization. */
        post: operations["reopen_organization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/participations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Participations that the account may see, in the order of entry. */
        get: operations["list_participations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/participations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One participation with its history. */
        get: operations["read_participation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/participations/{id}/amend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Corrects what was confirmed. Credit follows. */
        post: operations["amend_participation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/participations/{id}/void": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes away what was confirmed wrongly. Credit goes with it; the history stays. */
        post: operations["void_participation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/participations/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The school takes back what the host has not spoken about. */
        post: operations["withdraw_participation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/persons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List persons, by number or name. Officials see the district, accounts of a school its own, guardians and students themselves. */
        get: operations["list_persons"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/persons/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the detail of a person. Every such read is kept in the audit trail. */
        get: operations["read_person"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/persons/{id}/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A person's ledger, first to last. */
        get: operations["list_ledger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/persons/{id}/no-shows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How often a person registered and did not come, and what follows from it. */
        get: operations["read_no_shows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/persons/{id}/pass": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The pass of a person; made now if it is the first time that somebody asks. */
        get: operations["read_pass"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/persons/{id}/pass/reissue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Voids a person's pass and makes the next one. */
        post: operations["reissue_pass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/persons/{id}/score": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One person's sheet with the reason of every line, now or as of a past moment. */
        get: operations["read_score"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Published versions, the district's own and those that come with kepu, newest first. */
        get: operations["list_policies"];
        put?: never;
        /** Publishes a version for the district. Its text never changes again. */
        post: operations["publish_policy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/policies/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Checks a document and runs its cases; publishes nothing. */
        post: operations["check_policy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/policies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One published version with its text and its sentences. */
        get: operations["read_policy"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/public/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public calendar: sessions to come that take guests, by beginning. Nobody needs to sign in. */
        get: operations["public_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public register: which organizations are designated on a day. Needs no account. */
        get: operations["public_register"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/credits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The credits of a district, school or class in a period: who took part, what was earned by category, rule, host,
         *     school, grade and class, how totals are spread, who meets the requirements. A record counts for the school, class and
         *     grade of its day.
         */
        get: operations["report_credits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/hosts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The sessions of a host in a period, who came, what was confirmed or rejected or waits, and the credit given, by school. */
        get: operations["report_host"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The figures of a dashboard: who took part, credit by month, category, school, grade and host, results of competitions,
         *     requirements, and who is not reached. A record counts for the school, class and grade of its day.
         */
        get: operations["report_overview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/persons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One row for each person with an enrolment or record here within the period: credit in the period and in all, by
         *     category, levels, requirements. Every reading of it is audited.
         */
        get: operations["report_persons"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One row for each record that was counted, cut by a limit or refused, in order of entry. Bases see those at their
         *     hosts. Every reading of it is audited.
         */
        get: operations["report_records"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the results that the account may read, in the order of submission. */
        get: operations["list_results"];
        put?: never;
        /** Submits what a person or a team achieved. It earns credit once the district has verified it. */
        post: operations["submit_result"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/results/match": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Submits the rows of an organizer's list for the persons they name. Another account of the district verifies them. */
        post: operations["match_results"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/results/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Verifies many results; each is answered for itself, and those that cannot be verified stay as they are. */
        post: operations["verify_results"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/results/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reads a result with its team, evidence and history. The reading is put on the trail. */
        get: operations["read_result"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Corrects a result that was returned; for a team, that of each member. Then resubmit it. */
        patch: operations["correct_result"];
        trace?: never;
    };
    "/api/v1/results/{id}/evidence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the evidence of a result; a team has it in common. */
        get: operations["list_evidence"];
        put?: never;
        /** Adds evidence to a result that is not decided yet. */
        post: operations["add_evidence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/results/{id}/evidence/{evidence_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Downloads a file. The reading is put on the trail. */
        get: operations["download_evidence"];
        put?: never;
        post?: never;
        /** Removes evidence from a result that is not decided yet. The file itself is deleted. */
        delete: operations["remove_evidence"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/results/{id}/resubmit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Submits a result that was returned again, as it was corrected. */
        post: operations["resubmit_result"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/results/{id}/return": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Returns a result to who submitted it: something is wrong or missing. */
        post: operations["return_result"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/results/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a verified result's credit back, for the prize was revoked. */
        post: operations["revoke_result"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/results/{id}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Verifies a result: it earns credit. Not for who had a hand in it. */
        post: operations["verify_result"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/results/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes back a result that the district has not verified. */
        post: operations["withdraw_result"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reviews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the scans in doubt at one's hosts, the oldest first; for the district all. */
        get: operations["list_reviews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reviews/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counts the scans in doubt at one's hosts; for the district all. */
        get: operations["count_reviews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roster/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List imports, newest first. An account of a school sees those of its school. */
        get: operations["list_roster_imports"];
        put?: never;
        /** Upload a roster. It is compared with who is known in the background; nothing changes before the commit. */
        post: operations["stage_roster"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roster/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one import: where it stands, how far it has come, what it would do. */
        get: operations["read_roster_import"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roster/imports/{id}/commit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Carry an import out, in the background and in one transaction: all of it happens, or nothing. Refused rows are left out. */
        post: operations["commit_roster"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roster/imports/{id}/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give an import up. Its rows are deleted; nothing else changes. */
        post: operations["discard_roster"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roster/imports/{id}/rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the rows of an import, in the order of the file; those who leave come last. */
        get: operations["list_roster_rows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roster/imports/{id}/rows/{row_no}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Correct the cells of a refused row; it is judged again. The answer's ETag is that of the import. */
        patch: operations["fix_roster_row"];
        trace?: never;
    };
    "/api/v1/scans/{id}/review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decides on a scan in doubt. What follows from it is as if the scan had never been in doubt, or never been made.
         *     What was decided can be decided again; the last decision holds.
         */
        post: operations["review_scan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schemes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists schemes, of all authorities unless one is named. */
        get: operations["list_schemes"];
        put?: never;
        /** Adds a scheme. */
        post: operations["create_scheme"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schemes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reads a scheme. */
        get: operations["read_scheme"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes a scheme. */
        patch: operations["change_scheme"];
        trace?: never;
    };
    "/api/v1/scores": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Totals of persons that the account may see, in order of number, name or total. */
        get: operations["list_scores"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find persons by name or number, classes, organizations, activities and sessions by name, among what the account may
         *     see.
         */
        get: operations["search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists sessions: those of the district unless a host or an activity is named, by beginning. */
        get: operations["list_sessions"];
        put?: never;
        /** Adds a session of an activity of the district. */
        post: operations["create_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reads a session, whatever its district. */
        get: operations["read_session"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes a session of the district. Its times are settled once it has begun, for credit depends on the day. */
        patch: operations["change_session"];
        trace?: never;
    };
    "/api/v1/sessions/{id}/attendance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks who is there and who is not, from two hours before the beginning until the session is confirmed. */
        post: operations["mark_attendance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancels a session: it does not take place. Refused once persons were recorded as having been there. */
        post: operations["cancel_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}/confirmation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirms, rejects and marks as absent, in one go. */
        post: operations["confirm_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}/copy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Repeats a session at other times: same activity, length, place, capacity and quotas; its places open as long before. All are made or none. */
        post: operations["copy_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}/door": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the door of a session stands. */
        get: operations["watch_door"];
        put?: never;
        /** Opens a device at the door of a session. It may be opened again, to learn of late registrations. */
        post: operations["open_door"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}/door/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Closes the door of a session for the guests of the district: who was there is confirmed, with credit, in one
         *     transaction. Scans of before that come later are treated as if they had come in time; those of after must be looked at.
         */
        post: operations["close_door"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}/participations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Records a group in a session that was, or registers one for a session to come. */
        post: operations["record_participations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}/participations/sheet": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Records a group from a sheet, at most 500 rows. `index` of an outcome is the row of the sheet. */
        post: operations["record_sheet"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}/participations/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes back what was recorded or registered together, as far as the host has not spoken about it. */
        post: operations["withdraw_participations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}/presence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says by the session's rotating code that one, or one's group, is there. */
        post: operations["claim_presence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}/scans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the scans of a session, the newest first. */
        get: operations["list_scans"];
        put?: never;
        /**
         * Takes what a door saw. Every scan is kept and gets a verdict; whatever is wrong with one does not touch the others. Sending
         *     the same scans again is safe and answers the same.
         */
        post: operations["take_scans"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}/scans/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes the scans of a device that got no network, from a file that it signed. */
        post: operations["import_scans"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/soft-decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Decisions, newest first. */
        get: operations["list_decisions"];
        put?: never;
        /** Waives or enforces a soft rule for one record; takes the place of an earlier decision on the same. */
        post: operations["decide_soft_rule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/soft-decisions/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a decision back: the record counts and is flagged again. */
        post: operations["revoke_decision"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/soft-flags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Records that break a soft rule and wait for a decision. */
        get: operations["list_flags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/waiting": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What waits for the hosts that the account answers for, what has waited longest first. */
        get: operations["list_waiting"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What every report says about itself. */
        About: {
            /** @description The district. */
            district: components["schemas"]["Named"];
            school?: components["schemas"]["Named"] | null;
            class?: components["schemas"]["Named"] | null;
            host?: components["schemas"]["Named"] | null;
            /**
             * Format: int32
             * @description The grade, when only one is meant.
             */
            grade?: number | null;
            /** @description The period. A record lies in it by its day, an enrolment by any of its days. */
            period: components["schemas"]["PeriodView"];
            /** @description The policy version. */
            policy: components["schemas"]["PolicyMark"];
            /**
             * Format: date-time
             * @description The moment that the data are of.
             */
            as_of: string;
        };
        /** @description What to change; what is left away stays. */
        AccountChange: {
            /** @description How it is called. */
            display_name?: string | null;
            status?: components["schemas"]["AccountStatus"] | null;
        };
        /**
         * @description Whether an account may sign in.
         * @enum {string}
         */
        AccountStatus: "active" | "disabled";
        /** @description An account. */
        AccountView: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description What it signs in with. */
            login: string;
            /** @description How it is called. */
            display_name: string;
            /** @description `active` or `disabled`. */
            status: string;
            /** @description The password was set by somebody else. */
            must_change_password: boolean;
            /**
             * Format: date-time
             * @description Locked until then after failed sign-ins.
             */
            locked_until?: string | null;
            /** @description Its rights. */
            grants: components["schemas"]["GrantView"][];
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was last changed.
             */
            updated_at: string;
            /**
             * Format: int64
             * @description For If-Match.
             */
            version: number;
        };
        /** @description The results of one achievement: one, or one for each member of the team. */
        AchievementView: {
            /** @description In the order of the team. */
            items: components["schemas"]["ResultView"][];
        };
        /** @description What to change; what is left out stays. */
        ActivityChange: {
            /** @description Code, unique with the host. */
            code?: string | null;
            /** @description What it is; settled once a session has begun. */
            kind?: string | null;
            /** @description Title in Chinese. */
            title_zh?: string | null;
            /** @description Title in English. */
            title_en?: string | null;
            /** @description Level; null takes it away. Settled once a session has begun. */
            level?: string | null;
            grades?: components["schemas"]["Grades"] | null;
            /** @description Free words, all of them; settled once a session has begun. */
            tags?: string[] | null;
            /** @description Taken part in freely; settled once a session has begun. */
            voluntary?: boolean | null;
            /** @description Within the school day; settled once a session has begun. */
            school_day?: boolean | null;
            /**
             * Format: int32
             * @description How long one session takes; settled once a session has begun.
             */
            minutes?: number | null;
            status?: components["schemas"]["ActivityStatus"] | null;
        };
        /**
         * @description Whether an activity is on offer.
         * @enum {string}
         */
        ActivityStatus: "open" | "closed";
        /** @description An activity. */
        ActivityView: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: uuid
             * @description The district in which its host is registered.
             */
            district_id: string;
            /**
             * Format: uuid
             * @description The host.
             */
            host_id: string;
            /** @description The host's name in Chinese. */
            host_name_zh: string;
            /** @description Code, unique with the host. */
            code: string;
            /** @description What it is: practice, visit, lecture, club … as policies name it. */
            kind: string;
            /** @description Title in Chinese. */
            title_zh: string;
            /** @description Title in English. */
            title_en: string;
            /** @description Level, where the host has none. */
            level?: string | null;
            grades?: components["schemas"]["Grades"] | null;
            /** @description Free words that policies may match. */
            tags: string[];
            /** @description Taken part in freely. */
            voluntary: boolean;
            /** @description Within the school day. */
            school_day: boolean;
            /**
             * Format: int32
             * @description How long one session takes.
             */
            minutes: number;
            /** @description Whether it is on offer. */
            status: components["schemas"]["ActivityStatus"];
            /**
             * Format: int64
             * @description For If-Match.
             */
            version: number;
            /**
             * Format: date-time
             * @description When it was entered.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was last changed.
             */
            updated_at: string;
        };
        /** @description Which version to adopt. */
        AdoptRequest: {
            /**
             * Format: uuid
             * @description The policy version.
             */
            policy_version_id: string;
        };
        /** @description An adoption of a policy version by a district. */
        AdoptionView: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: uuid
             * @description The policy version.
             */
            policy_version_id: string;
            /** @description The policy. */
            policy_id: string;
            /** @description The version's name. */
            policy_version: string;
            /** @description `computing`, `computed`, `applying`, `effective`, `superseded`, `discarded` or `failed`. */
            state: string;
            /**
             * Format: int64
             * @description Persons evaluated so far.
             */
            progress_done: number;
            /**
             * Format: int64
             * @description Persons to evaluate.
             */
            progress_total: number;
            /**
             * @description Who gains and who loses, once computed: `persons`, `changed`, `gained`, `lost`, `total_before`, `total_after`,
             *     `by_school`, `by_grade`, `levels`, `requirements`, `largest_changes`.
             */
            outcome: unknown;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            requested_at: string;
            /**
             * Format: date-time
             * @description Since when the district scores by it.
             */
            effective_at?: string | null;
            /**
             * Format: date-time
             * @description Until when it did.
             */
            superseded_at?: string | null;
            /**
             * Format: int64
             * @description Its version, for `If-Match`.
             */
            version: number;
        };
        /** @description Corrected minutes or quantity. */
        AmendRequest: {
            /**
             * Format: int32
             * @description Minutes, if they were wrong.
             */
            minutes?: number | null;
            /**
             * Format: int32
             * @description Quantity, if it was wrong.
             */
            quantity?: number | null;
            /** @description Why. */
            reason: string;
        };
        /** @description What became of each. */
        AttendanceAnswer: {
            /**
             * Format: uuid
             * @description The session.
             */
            session_id: string;
            /** @description Newly marked as there. */
            attended: number;
            /** @description Newly marked as absent. */
            absent: number;
            /** @description Were marked so already. */
            unchanged: number;
            /** @description Refused: nothing changed. */
            refused: number;
            /** @description One for each item, in the order of the request. */
            outcomes: components["schemas"]["AttendanceOutcome"][];
        };
        /** @description One person, by `participation_id` or `person_id`. */
        AttendanceItem: {
            /**
             * Format: uuid
             * @description The participation.
             */
            participation_id?: string | null;
            /**
             * Format: uuid
             * @description The person who is registered.
             */
            person_id?: string | null;
            /** @description Whether the person is there. */
            presence: components["schemas"]["Presence"];
            /**
             * Format: int32
             * @description Minutes, if they differ from the plan.
             */
            minutes?: number | null;
        };
        /** @description What became of one. */
        AttendanceOutcome: {
            /** @description Place in the request, from 0. */
            index: number;
            /**
             * Format: uuid
             * @description The participation, if found.
             */
            participation_id?: string | null;
            /**
             * Format: uuid
             * @description The person, if found.
             */
            person_id?: string | null;
            /** @description The person's name, if found. */
            name?: string | null;
            /** @description `attended`, `absent`, `unchanged` or `refused`. */
            outcome: string;
            /** @description Why it was refused, for programs. */
            code?: string | null;
            /** @description Why it was refused, and what to do. */
            message?: string | null;
        };
        /** @description Who is there. */
        AttendanceRequest: {
            /** @description One for each person of whom something is said. */
            items: components["schemas"]["AttendanceItem"][];
        };
        /** @description An entry of the trail. */
        AuditEventView: {
            /**
             * Format: uuid
             * @description Its id; later ones sort after it.
             */
            id: string;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /**
             * Format: uuid
             * @description Who; null for a sign-in that failed, or for a job.
             */
            account_id?: string | null;
            /** @description How that account is called now. */
            account_name?: string | null;
            /** @description What was done: `noun.verb`. */
            action: string;
            /** @description The noun. */
            object_kind: string;
            /** @description The object. */
            object_id: string;
            /** @description What changed, or what was read. */
            detail: Record<string, never>;
            /** @description From which network address. */
            address: string;
            /** @description In which request. */
            request_id: string;
        };
        /**
         * @description What an authority answers for.
         * @enum {string}
         */
        AuthorityLevel: "country" | "province" | "city";
        /** @description An education authority. */
        AuthorityView: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: uuid
             * @description The one above it.
             */
            parent_id?: string | null;
            /** @description `country`, `province`, `city` or `district`. */
            level: string;
            /** @description Its code. */
            code: string;
            /** @description Its name. */
            name_zh: string;
            /** @description The same in English. */
            name_en: string;
        };
        /** @description Persons whose total lies in a band. */
        Band: {
            /** @description From this; in the second band: from more than this. */
            from: string;
            /** @description To less than this; in the first band both are 0: no credit. */
            to: string;
            /**
             * Format: int64
             * @description Persons.
             */
            persons: number;
            /** @description Share of all persons, four places. */
            share?: string | null;
        };
        /** @description Why. */
        Because: {
            /** @description Why, for those who submitted it. */
            reason: string;
        };
        /** @description One category. */
        CategorySums: components["schemas"]["Sums"] & {
            /** @description The category; empty for records that no rule priced. */
            category: string;
            /** @description What it is called. */
            title: string;
            /** @description Share of all credit, four places. */
            share?: string | null;
        };
        /** @description A field of a person that changes. */
        ChangeView: {
            /** @description The field. */
            field: string;
            /** @description What is known. */
            from?: string | null;
            /** @description What it becomes. */
            to?: string | null;
        };
        /** @description What becomes of one class. */
        ClassPromotion: {
            /**
             * Format: uuid
             * @description The class that ends.
             */
            class_id: string;
            /**
             * Format: uuid
             * @description Its school.
             */
            school_id: string;
            /**
             * Format: int32
             * @description Its grade; null for the staff.
             */
            grade?: number | null;
            /** @description Its name within the grade. */
            name: string;
            /**
             * Format: int64
             * @description Persons in it.
             */
            persons: number;
            /**
             * Format: int32
             * @description The grade of the new class; null if the persons leave, or for the staff.
             */
            to_grade?: number | null;
            /** @description Whether the persons leave the school. */
            leaves: boolean;
        };
        /** @description A class of one school year. */
        ClassView: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: uuid
             * @description The school.
             */
            school_id: string;
            /** @description Its name. */
            school_name_zh: string;
            /**
             * Format: int32
             * @description The year in which the school year starts.
             */
            school_year: number;
            /**
             * Format: int32
             * @description The grade; null for the staff.
             */
            grade?: number | null;
            /** @description The name within the grade. */
            name: string;
            /** @description Identity in the system that the roster came from. */
            source_id?: string | null;
            /**
             * Format: int64
             * @description Persons enrolled in it today.
             */
            persons: number;
        };
        /** @description What closing did. */
        CloseAnswer: {
            /**
             * Format: uuid
             * @description The session.
             */
            session_id: string;
            /**
             * Format: date-time
             * @description When.
             */
            closed_at: string;
            /** @description Confirmed. */
            confirmed: number;
            /** @description Marked as absent. */
            absent: number;
            /** @description Held back. */
            held: number;
            /** @description Entries added to the ledger. */
            ledger_entries: number;
            /** @description Who could not be confirmed, and why. */
            refused: components["schemas"]["CloseRefusal"][];
        };
        /** @description Who could not be confirmed. */
        CloseRefusal: {
            /**
             * Format: uuid
             * @description The participation.
             */
            participation_id: string;
            /**
             * Format: uuid
             * @description The person.
             */
            person_id: string;
            /** @description The person's name. */
            name: string;
            /** @description The person's class; within its grade, often a number alone. */
            class_name?: string | null;
            /**
             * Format: int32
             * @description Its grade.
             */
            grade?: number | null;
            /** @description Why, for programs. */
            code: string;
            /** @description Why, and what to do. */
            message: string;
        };
        /** @description How to close. */
        CloseRequest: {
            /** @description Persons who stay unconfirmed for now. */
            hold?: string[];
            /** @description Mark those who were expected and did not come as absent. */
            mark_absent?: boolean;
        };
        /** @description How it is meant. */
        CommitRequest: {
            /** @description That many persons leave is meant; needed when they are more than a tenth of the enrolled and at least 20. */
            allow_removals?: boolean;
        };
        /** @description What to change; what is left out stays. Series and edition stay. */
        CompetitionChange: {
            /** @description Name in Chinese. */
            name_zh?: string | null;
            /** @description Name in English. */
            name_en?: string | null;
            /** @description Stages that may enter; all if empty. What was entered stays. */
            stages?: components["schemas"]["StageName"][] | null;
            /**
             * Format: date
             * @description First day on which a result counts.
             */
            valid_from?: string | null;
            /**
             * Format: date
             * @description Last day; null opens it.
             */
            valid_to?: string | null;
            /** @description Where it was published. */
            source?: string | null;
        };
        /** @description An edition of a contest. */
        CompetitionView: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: uuid
             * @description The district whose local contest it is; null on the national list.
             */
            district_id?: string | null;
            /** @description The contest through the years. */
            series: string;
            /** @description This year's contest. */
            edition: string;
            /** @description Name in Chinese. */
            name_zh: string;
            /** @description Name in English. */
            name_en: string;
            /**
             * Format: int32
             * @description Number on the list.
             */
            list_no?: number | null;
            /** @description Stages that may enter; all if empty. */
            stages: string[];
            /** @description On the published list. */
            listed: boolean;
            /**
             * Format: date
             * @description First day on which a result counts.
             */
            valid_from: string;
            /**
             * Format: date
             * @description Last day; null if open.
             */
            valid_to?: string | null;
            /** @description Where it was published. */
            source: string;
            /**
             * Format: int64
             * @description For If-Match.
             */
            version: number;
            /**
             * Format: date-time
             * @description When it was entered.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was last changed.
             */
            updated_at: string;
        };
        /** @description What became of each participation. */
        ConfirmAnswer: {
            /**
             * Format: uuid
             * @description The session.
             */
            session_id: string;
            /** @description Confirmed. */
            confirmed: number;
            /** @description Rejected. */
            rejected: number;
            /** @description Marked as absent. */
            absent: number;
            /** @description Refused: nothing changed. */
            refused: number;
            /** @description Entries added to the ledger. */
            ledger_entries: number;
            /** @description One for each participation. */
            outcomes: components["schemas"]["ConfirmOutcome"][];
        };
        /** @description One participation to confirm. */
        ConfirmItem: {
            /**
             * Format: uuid
             * @description The participation.
             */
            participation_id: string;
            /**
             * Format: int32
             * @description Minutes, if they differ from what was recorded.
             */
            minutes?: number | null;
            /**
             * Format: int32
             * @description Quantity, if it differs from what was recorded.
             */
            quantity?: number | null;
        };
        /** @description What became of one participation. */
        ConfirmOutcome: {
            /**
             * Format: uuid
             * @description The participation.
             */
            participation_id: string;
            /**
             * Format: uuid
             * @description The person, if found.
             */
            person_id?: string | null;
            /** @description The person's name, if found. */
            name?: string | null;
            /** @description `confirmed`, `rejected`, `absent` or `refused`. */
            outcome: string;
            /** @description Why it was refused, for programs. */
            code?: string | null;
            /** @description Why it was refused, and what to do. */
            message?: string | null;
            /** @description Credit that it brought, over all policies of the district, as a decimal. */
            credit?: string | null;
        };
        /** @description What the host says. */
        ConfirmRequest: {
            /** @description Confirm all that wait in the session and are not named below. */
            all?: boolean;
            /** @description Confirm these, perhaps with changed minutes. */
            confirm?: components["schemas"]["ConfirmItem"][];
            /** @description Reject these. */
            reject?: components["schemas"]["RejectItem"][];
            /** @description Mark these participations as absent. */
            absent?: string[];
        };
        /** @description The copies. */
        CopiedSessions: {
            /** @description In the order asked for. */
            items: components["schemas"]["SessionView"][];
        };
        /** @description How many rows have which outcome. */
        Counts: {
            /**
             * Format: int64
             * @description New persons.
             * @default 0
             */
            added?: number;
            /**
             * Format: int64
             * @description Persons of whom something changes.
             * @default 0
             */
            changed?: number;
            /**
             * Format: int64
             * @description Persons who go to another class or school, or come back.
             * @default 0
             */
            moved?: number;
            /**
             * Format: int64
             * @description Persons who leave.
             * @default 0
             */
            left?: number;
            /**
             * Format: int64
             * @description Rows that are not taken.
             * @default 0
             */
            refused?: number;
            /**
             * Format: int64
             * @description Rows that say nothing new.
             * @default 0
             */
            unchanged?: number;
            /**
             * Format: int64
             * @description Persons who are enrolled before the import, in its school or district.
             * @default 0
             */
            enrolled?: number;
            /**
             * Format: int64
             * @description Users of the file who are neither students nor staff of a school, such as guardians.
             * @default 0
             */
            skipped?: number;
        };
        /**
         * @description A report on credits. Credits and shares are decimals in strings, counts are integers. Parts that were not asked for
         *     are left out.
         */
        CreditsReport: components["schemas"]["About"] & {
            /** @description Over what it is. */
            level: components["schemas"]["Level"];
            /** @description The whole. */
            totals: components["schemas"]["Totals"];
            distribution?: components["schemas"]["Distribution"] | null;
            /** @description By category, in the order of the policy. */
            by_category?: components["schemas"]["CategorySums"][] | null;
            /** @description By rule, in the order of the policy; records that no rule priced come last, without a rule. */
            by_rule?: components["schemas"]["RuleSums"][] | null;
            /** @description Requirements of the policy, in its order: as they stand now, over all time, of the persons of the report. */
            requirements?: components["schemas"]["RequirementSums"][] | null;
            /** @description Levels reached now, ladder by ladder in the order of the policy; without a level come those below the first. */
            levels?: components["schemas"]["LevelSums"][] | null;
            /** @description By host, most credit first; results have no host. */
            by_host?: components["schemas"]["HostSums"][] | null;
            /** @description By school of the record's day. */
            by_school?: components["schemas"]["PlaceSums"][] | null;
            /** @description By grade of the record's day. */
            by_grade?: components["schemas"]["PlaceSums"][] | null;
            /** @description By class of the record's day. */
            by_class?: components["schemas"]["PlaceSums"][] | null;
        };
        /** @description A decision on a soft rule for one record. */
        DecideRequest: {
            /** @description The policy. */
            policy_id: string;
            /** @description The soft select or limit. */
            rule: string;
            /**
             * Format: uuid
             * @description The participation or result.
             */
            record_id: string;
            /** @description `waive`: counts as if the rule were not there. `enforce`: as if it were hard. */
            decision: components["schemas"]["DecisionWord"];
            /** @description Why. */
            reason: string;
        };
        /** @description A decision. */
        Decision: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description The policy. */
            policy_id: string;
            /** @description The soft select or limit. */
            rule: string;
            /**
             * Format: uuid
             * @description The participation or result.
             */
            record_id: string;
            /**
             * Format: uuid
             * @description The person.
             */
            person_id: string;
            /** @description `waive` or `enforce`. */
            decision: string;
            /** @description Why. */
            reason: string;
            /**
             * Format: uuid
             * @description Who.
             */
            decided_by: string;
            /**
             * Format: date-time
             * @description When.
             */
            decided_at: string;
            /**
             * Format: date-time
             * @description When it was taken back.
             */
            revoked_at?: string | null;
        };
        /**
         * @description What was decided.
         * @enum {string}
         */
        DecisionWord: "waive" | "enforce";
        /** @description What to correct; what is left out stays. */
        DesignationChange: {
            /** @description Number of the licence. */
            number?: string | null;
            /** @description Level of the host under the scheme; null takes it away. */
            level?: string | null;
            /**
             * Format: date
             * @description First day.
             */
            valid_from?: string | null;
            /**
             * Format: date
             * @description Last day; null opens it.
             */
            valid_to?: string | null;
            /** @description Where it was published. */
            source?: string | null;
            /** @description Why, for the trail: credit may change with the dates. */
            reason: string;
        };
        /** @description When and why it ends. */
        DesignationEnd: {
            /**
             * Format: date
             * @description The last day on which it holds.
             */
            last_day: string;
            /** @description Why, for the trail. */
            reason: string;
        };
        /** @description A designation. */
        DesignationView: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: uuid
             * @description The scheme.
             */
            scheme_id: string;
            /** @description Its code, which policies name. */
            scheme_code: string;
            /** @description Its name in Chinese. */
            scheme_name_zh: string;
            /**
             * Format: uuid
             * @description The holder.
             */
            organization_id: string;
            /**
             * Format: uuid
             * @description The district in which the holder is registered.
             */
            district_id: string;
            /** @description The holder's name in Chinese. */
            organization_name_zh: string;
            /** @description Number of the licence, unique in the scheme. */
            number: string;
            /** @description Level of the host under the scheme. */
            level?: string | null;
            /**
             * Format: date
             * @description First day.
             */
            valid_from: string;
            /**
             * Format: date
             * @description Last day; null if open.
             */
            valid_to?: string | null;
            /** @description Where it was published. */
            source: string;
            /**
             * Format: int64
             * @description For If-Match.
             */
            version: number;
            /**
             * Format: date-time
             * @description When it was entered.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was last changed.
             */
            updated_at: string;
        };
        /** @description The devices of an account. */
        DeviceList: {
            /** @description The last used first; at most 200. */
            items: components["schemas"]["DeviceView"][];
        };
        /** @description A signed-in device. */
        DeviceView: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description Whether it is the one that asks. */
            current: boolean;
            /** @description What the browser or program calls itself. */
            user_agent: string;
            /** @description Its network address when it signed in. */
            address: string;
            /**
             * Format: date-time
             * @description When it signed in.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it last exchanged its refresh token.
             */
            last_used_at: string;
            /**
             * Format: date-time
             * @description It ends then unless it is used.
             */
            expires_at: string;
        };
        /** @description Totals per person within the period, of the enrolled and the participants. */
        Distribution: {
            /**
             * Format: int64
             * @description Persons.
             */
            persons: number;
            /** @description The mean, rounded to thousandths. */
            mean?: string | null;
            /** @description Half of the persons have no more than this. */
            median?: string | null;
            /** @description The most that somebody has. */
            largest?: string | null;
            /** @description From none upward, without gaps. */
            bands: components["schemas"]["Band"][];
        };
        /** @description What to change; what is left away stays. */
        DistrictChange: {
            /** @description Its name. */
            name_zh?: string | null;
            /** @description The same in English. */
            name_en?: string | null;
            /** @description A name of the time zone database. */
            time_zone?: string | null;
            /** @description Settings to set; null removes one. */
            settings?: Record<string, never> | null;
            no_shows?: components["schemas"]["NoShowPolicy"] | null;
        };
        /** @description A district. */
        DistrictView: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: uuid
             * @description The city (or province) above it.
             */
            parent_id?: string | null;
            /** @description Its short code, also good for the header Kepu-District. */
            code: string;
            /** @description Its name. */
            name_zh: string;
            /** @description The same in English. */
            name_en: string;
            /** @description Its time zone: days and terms are judged in it. */
            time_zone: string;
            /** @description Its settings. */
            settings: Record<string, never>;
            no_shows?: components["schemas"]["NoShowPolicy"] | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: int64
             * @description For If-Match.
             */
            version: number;
        };
        /** @description All that a device needs. */
        DoorBundle: {
            /**
             * Format: date-time
             * @description The service's clock.
             */
            server_time: string;
            /** @description The session. */
            session: components["schemas"]["DoorSession"];
            /**
             * Format: uuid
             * @description The district of the guests.
             */
            district_id: string;
            /** @description The keys that sign its passes. */
            keys: components["schemas"]["DoorKey"][];
            /** @description What makes the rotating code. */
            code: components["schemas"]["DoorCode"];
            /** @description Who is expected or was there. */
            roster: components["schemas"]["DoorGuest"][];
            /** @description Passes of others that hold, where the session takes walk-ins. */
            passes: components["schemas"]["DoorPass"][];
            /**
             * Format: date-time
             * @description When the device must forget all this.
             */
            wipe_after: string;
        };
        /** @description What makes the rotating code. */
        DoorCode: {
            /** @description HMAC key, base64url. */
            secret: string;
            /**
             * Format: int64
             * @description How long a code is shown.
             */
            step_seconds: number;
        };
        /** @description Persons and scans, counted. */
        DoorCounts: {
            /** @description Are expected and have not come. */
            registered: number;
            /** @description Wait for a place. */
            waitlisted: number;
            /** @description Came and have not left. */
            inside: number;
            /** @description Were seen, and wait for the host's word. */
            attended: number;
            /** @description Did not come. */
            absent: number;
            /** @description Were there, says the host. */
            confirmed: number;
            /**
             * Format: int64
             * @description Scans, good and bad.
             */
            scans: number;
            /**
             * Format: int64
             * @description Scans that count.
             */
            accepted: number;
            /**
             * Format: int64
             * @description Scans that repeat another one.
             */
            duplicates: number;
            /**
             * Format: int64
             * @description Scans in doubt.
             */
            needs_review: number;
            /**
             * Format: int64
             * @description Scans that do not count.
             */
            refused: number;
        };
        /** @description A device at the door. */
        DoorDevice: {
            /**
             * Format: uuid
             * @description The device.
             */
            device_id: string;
            /** @description How its guide calls it. */
            name: string;
            /**
             * Format: date-time
             * @description When it last sent something.
             */
            last_seen_at: string;
            /**
             * Format: int64
             * @description How many scans came from it.
             */
            scans: number;
        };
        /** @description One thing to look at. */
        DoorException: {
            /** @description What. */
            kind: components["schemas"]["ExceptionKind"];
            /**
             * Format: uuid
             * @description The participation, if there is one.
             */
            participation_id?: string | null;
            /**
             * Format: uuid
             * @description The scan, if it is about one.
             */
            scan_id?: string | null;
            /**
             * Format: uuid
             * @description The person.
             */
            person_id?: string | null;
            /** @description The person's name. */
            name?: string | null;
            /** @description The person's class; within its grade, often a number alone. */
            class_name?: string | null;
            /**
             * Format: int32
             * @description Its grade.
             */
            grade?: number | null;
            /** @description More about it, by kind: `reason`, `elsewhere`, `present` and `capacity`, `device_id` and `scans`. */
            detail: Record<string, never>;
        };
        /** @description One who is expected or was there. */
        DoorGuest: {
            /**
             * Format: uuid
             * @description The person.
             */
            person_id: string;
            /**
             * Format: uuid
             * @description The participation.
             */
            participation_id: string;
            /** @description The pass's public number; null if the person has none yet. */
            number?: string | null;
            /**
             * Format: int32
             * @description The only issue that holds.
             */
            issue?: number | null;
            /** @description Name. */
            name: string;
            /**
             * Format: uuid
             * @description Class.
             */
            class_id?: string | null;
            /** @description The class's name. */
            class_name?: string | null;
            /**
             * Format: int32
             * @description Grade: it tells classes of the same name apart.
             */
            grade?: number | null;
            /** @description The school's name. */
            school_name?: string | null;
            /** @description State of the participation. */
            state: string;
            /**
             * Format: date-time
             * @description When the person came.
             */
            in_at?: string | null;
            /**
             * Format: date-time
             * @description When the person left.
             */
            out_at?: string | null;
            /** @description Whether one who had taken it back may not come in as a walk-in either; left out if not. */
            barred?: boolean;
        };
        /** @description A key. */
        DoorKey: {
            /**
             * Format: int32
             * @description Its number, as in passes.
             */
            number: number;
            /** @description Ed25519, base64url. */
            public_key: string;
        };
        /**
         * @description What the door of a session takes note of.
         * @enum {string}
         */
        DoorMode: "in" | "in_out";
        /** @description A pass that holds. */
        DoorPass: {
            /** @description Its public number. */
            number: string;
            /**
             * Format: int32
             * @description The only issue that holds.
             */
            issue: number;
            /**
             * Format: uuid
             * @description Whose it is.
             */
            person_id: string;
            /** @description Whether that one may not come in, for not coming to sessions before; left out if not. */
            barred?: boolean;
        };
        /** @description A session as its door sees it. */
        DoorSession: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /** @description The activity's title. */
            activity_title_zh: string;
            /** @description The same in English; may be empty. */
            activity_title_en: string;
            /** @description What it is. */
            kind: string;
            /**
             * Format: uuid
             * @description The host.
             */
            host_id: string;
            /** @description Its name. */
            host_name_zh: string;
            /** @description The same in English; may be empty. */
            host_name_en: string;
            /** @description Where. */
            place: string;
            /**
             * Format: date-time
             * @description When it begins.
             */
            starts_at: string;
            /**
             * Format: date-time
             * @description When it ends.
             */
            ends_at: string;
            /**
             * Format: date-time
             * @description From when on scans count.
             */
            doors_open_at: string;
            /** @description `in`, or `in_out` where it credits by the minute. */
            mode: string;
            /** @description Whether it takes who was not registered. */
            walk_ins: boolean;
            /**
             * Format: int32
             * @description How many guests; null for any number.
             */
            capacity?: number | null;
            /** @description `open`, `closed` (takes no more registrations) or `cancelled`. */
            status: string;
            /**
             * Format: date-time
             * @description When the host closed the door for this district's guests.
             */
            closed_at?: string | null;
        };
        /** @description How a door stands. */
        DoorView: {
            /**
             * Format: date-time
             * @description The service's clock.
             */
            server_time: string;
            /** @description The session. */
            session: components["schemas"]["DoorSession"];
            /** @description Persons and scans, counted. */
            counts: components["schemas"]["DoorCounts"];
            /** @description The devices that scanned. */
            devices: components["schemas"]["DoorDevice"][];
            /** @description What to look at before closing, the gravest first. */
            exceptions: components["schemas"]["DoorException"][];
        };
        /** @description A time in a class. */
        EnrolmentView: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: uuid
             * @description The school.
             */
            school_id: string;
            /** @description Its name. */
            school_name_zh: string;
            /**
             * Format: uuid
             * @description The class.
             */
            class_id: string;
            /** @description Its name within the grade. */
            class_name: string;
            /**
             * Format: int32
             * @description The year in which its school year starts.
             */
            school_year: number;
            /**
             * Format: int32
             * @description The grade; null for staff.
             */
            grade?: number | null;
            /**
             * Format: date
             * @description The first day.
             */
            valid_from: string;
            /**
             * Format: date
             * @description The last day; null: open.
             */
            valid_to?: string | null;
        };
        /** @description A file in a form field called `file`. */
        EvidenceForm: {
            /**
             * Format: binary
             * @description PDF, OFD, PNG, JPEG, WebP, HEIC, HEIF, AVIF or TIFF, up to 20 MB.
             */
            file: string;
        };
        /** @description The files of a result. */
        EvidenceList: {
            /** @description In the order in which they were added. */
            items: components["schemas"]["EvidenceView"][];
        };
        /** @description A file that proves a result. */
        EvidenceView: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /** @description What it is called. */
            file_name: string;
            /** @description What it is, by its content. */
            media_type: string;
            /**
             * Format: int64
             * @description Size.
             */
            bytes: number;
            /** @description SHA-256, hex. */
            digest: string;
            /**
             * Format: uuid
             * @description Account that added it.
             */
            uploaded_by: string;
            /**
             * Format: date-time
             * @description When.
             */
            uploaded_at: string;
        };
        /**
         * @description What is unusual.
         * @enum {string}
         */
        ExceptionKind: "needs_review" | "after_closing" | "two_places" | "over_capacity" | "recorder_confirms" | "never_left" | "burst_by_hand" | "absent";
        /** @description A case that fails. */
        FailedCase: {
            /** @description Its name. */
            name: string;
            /** @description What came out differently. */
            differences: string[];
        };
        /** @description What is wrong with one field of the input. */
        FieldError: {
            /** @description Path of the field, e.g. `persons[3].minutes`. */
            field: string;
            /** @description Stable code, e.g. `too_long`. */
            code: string;
            /** @description What is wrong and what was expected. */
            message: string;
            /**
             * Format: int64
             * @description Row of the sheet, as its reader counts it.
             */
            row?: number | null;
            /** @description Column of the sheet. */
            column?: string | null;
            /** @description The value that was refused. */
            value?: string | null;
        };
        /** @description A record that breaks a soft rule and waits for a decision. It counts meanwhile; its sheet says which rule it is. */
        Flag: {
            /** @description The policy. */
            policy_id: string;
            /**
             * Format: uuid
             * @description The participation or result.
             */
            record_id: string;
            /**
             * Format: uuid
             * @description The person.
             */
            person_id: string;
            /** @description The person's name. */
            name: string;
            /**
             * Format: uuid
             * @description The school of the record's day.
             */
            school_id?: string | null;
            /**
             * Format: date
             * @description The record's day.
             */
            on_day: string;
            /** @description Credit that counts meanwhile, a decimal. */
            counted: string;
        };
        /**
         * @description How the file is built.
         * @enum {string}
         */
        Format: "sheet" | "oneroster_bulk" | "oneroster_delta";
        /** @description School grades, both ends inclusive; open where nothing is given. */
        Grades: {
            /**
             * Format: int32
             * @description The lowest.
             */
            from?: number | null;
            /**
             * Format: int32
             * @description The highest.
             */
            to?: number | null;
        };
        /**
         * @description A right: a role over a scope. Exactly one of authority, organization, person, district says over what; none: the
         *     platform.
         */
        GrantView: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * @description `teacher`, `school_admin`, `base_staff`, `base_admin`, `district_official`, `city_official`, `auditor`,
             *     `guardian`, `student` or `platform_admin`.
             */
            role: string;
            /**
             * Format: uuid
             * @description Over a city or province.
             */
            authority_id?: string | null;
            /**
             * Format: uuid
             * @description Over a district, or the district of the organization or person.
             */
            district_id?: string | null;
            /**
             * Format: uuid
             * @description Over a school or base.
             */
            organization_id?: string | null;
            /**
             * Format: uuid
             * @description Over a person.
             */
            person_id?: string | null;
            /** @description Name of what it is over. */
            scope_name_zh: string;
            /** @description The same in English, if known. */
            scope_name_en: string;
            /**
             * Format: date-time
             * @description Since when.
             */
            granted_at: string;
        };
        /** @description One step of a participation's life. */
        HistoryEntry: {
            /** @description The state before; none for the first. */
            from_state?: string | null;
            /** @description The state after. */
            to_state: string;
            /**
             * Format: int32
             * @description Minutes after it.
             */
            minutes?: number | null;
            /**
             * Format: int32
             * @description Quantity after it.
             */
            quantity?: number | null;
            /** @description Why. */
            reason: string;
            /**
             * Format: uuid
             * @description Who.
             */
            account_id: string;
            /** @description How that account is called. */
            account_name?: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
        };
        /** @description Something that was found. */
        Hit: {
            /** @description What it is. */
            kind: components["schemas"]["HitKind"];
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description What it is called. */
            title: string;
            /** @description What tells it from others of the same name: number and class, school, host, day. */
            subtitle: string;
        };
        /**
         * @description What a hit is.
         * @enum {string}
         */
        HitKind: "person" | "class" | "organization" | "activity" | "session";
        /** @description What was found: persons, then classes, organizations, activities, sessions. */
        Hits: {
            /** @description The hits. Where there are more than asked for, each kind has its share. */
            items: components["schemas"]["Hit"][];
        };
        /** @description Figures of a host. */
        HostFigures: {
            /**
             * Format: int64
             * @description Sessions held, cancelled ones left out; of a school: those it entered persons in.
             */
            sessions: number;
            /**
             * Format: int64
             * @description Persons entered, counted for each session.
             */
            entered: number;
            /**
             * Format: int64
             * @description Persons with a confirmed participation.
             */
            participants: number;
            /**
             * Format: int64
             * @description Confirmed participations.
             */
            confirmed: number;
            /**
             * Format: int64
             * @description Rejected ones.
             */
            rejected: number;
            /**
             * Format: int64
             * @description Those that wait for the host.
             */
            waiting: number;
            /**
             * Format: int64
             * @description Those marked as absent.
             */
            absent: number;
            /**
             * Format: int64
             * @description Those voided after they were confirmed.
             */
            voided: number;
            /**
             * Format: int64
             * @description Minutes of the confirmed ones.
             */
            minutes: number;
            /**
             * Format: int64
             * @description Records that earned credit.
             */
            credited: number;
            /** @description Credit that they earned. */
            credits: string;
        };
        /** @description What happened at a host. A host has one report in each district whose pupils come. */
        HostReport: components["schemas"]["About"] & {
            /** @description The whole. */
            totals: components["schemas"]["HostFigures"];
            /** @description By the school that took part. */
            by_school: components["schemas"]["HostSchool"][];
        };
        /** @description Figures of a school at a host. */
        HostSchool: components["schemas"]["HostFigures"] & {
            /**
             * Format: uuid
             * @description The school; null where a person had none.
             */
            school_id?: string | null;
            /** @description Its name. */
            name?: string | null;
        };
        /** @description One host. */
        HostSums: components["schemas"]["Sums"] & {
            /**
             * Format: uuid
             * @description The host; null for results.
             */
            host_id?: string | null;
            /** @description Its name. */
            name?: string | null;
            /** @description Share of all credit, four places. */
            share?: string | null;
        };
        /** @description A file of scans. */
        ImportRequest: {
            /** @description The text of the file. */
            payload: string;
            /** @description Ed25519 signature over the payload by the device that wrote it, as base64url. */
            signature: string;
        };
        /** @description An import. */
        ImportView: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: uuid
             * @description The school that it is for; null: the whole district.
             */
            school_id?: string | null;
            /** @description How the file is built. */
            format: components["schemas"]["Format"];
            /** @description What it means not to be in the file. */
            mode: components["schemas"]["Mode"];
            /** @description The name of the file. */
            file_name: string;
            /**
             * Format: date
             * @description Moves close and open enrolments on this day.
             */
            effective_on: string;
            /**
             * Format: int32
             * @description The school year of the classes, named by the year in which it starts.
             */
            school_year: number;
            /** @description Where it stands. */
            state: components["schemas"]["State"];
            /** @description How far the background job has come. */
            progress: components["schemas"]["Progress"];
            /** @description How many rows have which outcome. */
            counts: components["schemas"]["Counts"];
            /** @description What is worth knowing: columns that were passed over, or why it failed. */
            message: string;
            /**
             * Format: uuid
             * @description The account that uploaded it.
             */
            created_by: string;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was committed, discarded or failed.
             */
            finished_at?: string | null;
            /**
             * Format: int64
             * @description For If-Match.
             */
            version: number;
        };
        /** @description One category. */
        KindFigures: {
            /** @description The category; empty for records that no rule priced. */
            category: string;
            /** @description What it is called. */
            title: string;
            /**
             * Format: int64
             * @description Persons with a record.
             */
            participants: number;
            /**
             * Format: int64
             * @description Records.
             */
            records: number;
            /** @description Credit. */
            credits: string;
            /** @description Share of all credit, four places. */
            share?: string | null;
        };
        /** @description One change of credit. */
        LedgerEntry: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description The policy. */
            policy_id: string;
            /**
             * Format: uuid
             * @description The version under which it was booked.
             */
            policy_version_id: string;
            /**
             * Format: uuid
             * @description The participation or result.
             */
            record_id: string;
            /** @description The change, a decimal; negative where credit was taken back. */
            amount: string;
            /**
             * @description `confirmed`, `amended`, `voided`, `verified`, `revoked`, `policy`, `designation`, `decision`, `person` (the
             *     roster says something else of the person), or `neighbour`: another
             *     record of the person changed what limits leave of this one.
             */
            cause: string;
            /** @description The reasons of the line as it was booked, as codes with parameters. */
            reason: Record<string, never>[];
            /**
             * Format: uuid
             * @description The entry of the same record that this one corrects.
             */
            corrects?: string | null;
            /** @description Category. */
            category: string;
            /** @description Rule. */
            rule: string;
            /**
             * Format: date
             * @description The record's day.
             */
            on_day: string;
            /**
             * Format: uuid
             * @description Who brought it about.
             */
            account_id: string;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
        };
        /**
         * @description Over what a report is.
         * @enum {string}
         */
        Level: "district" | "school" | "class";
        /** @description One level of a ladder. */
        LevelSums: {
            /** @description The ladder. */
            ladder: string;
            /** @description What it is called. */
            ladder_title: string;
            /** @description The level; null below the first. */
            level?: string | null;
            /** @description What it is called. */
            title?: string | null;
            /**
             * Format: int64
             * @description Eligible persons who are on it.
             */
            persons: number;
        };
        /** @description What became of one record. */
        LineView: {
            /**
             * Format: uuid
             * @description The participation or result.
             */
            record_id: string;
            /** @description `participation` or `result`. */
            source?: string | null;
            /**
             * Format: date-time
             * @description When it began.
             */
            starts_at?: string | null;
            /** @description Activity or competition, in Chinese. */
            title_zh?: string | null;
            /** @description Activity or competition, in English. */
            title_en?: string | null;
            /**
             * Format: uuid
             * @description The host.
             */
            host_id?: string | null;
            /** @description The host's name. */
            host_name?: string | null;
            /** @description The rule that priced it. */
            rule?: string | null;
            /** @description Its category. */
            category?: string | null;
            /** @description Credit before limits, a decimal. */
            raw: string;
            /** @description Credit that counts, a decimal. */
            counted: string;
            /**
             * Format: int32
             * @description Minutes that count.
             */
            minutes: number;
            /** @description `counted`, `cut` or `refused`. */
            status: string;
            /** @description A soft rule waits for a decision. */
            flagged: boolean;
            /** @description Why. */
            reasons: components["schemas"]["ReasonView"][];
        };
        /** @description A participation as lists show it: with what it was, when and where. */
        ListedParticipation: components["schemas"]["ParticipationView"] & {
            /** @description The activity's title in Chinese. */
            activity_title_zh: string;
            /** @description The activity's title in English; empty if it has none. */
            activity_title_en: string;
            /** @description What the activity is. */
            kind: string;
            /**
             * Format: date-time
             * @description When the session begins.
             */
            starts_at: string;
            /**
             * Format: int32
             * @description Minutes of the plan, which count where `minutes` is null.
             */
            planned_minutes: number;
            /** @description The host's name in Chinese. */
            host_name_zh: string;
            /** @description The host's name in English; empty if it has none. */
            host_name_en: string;
            /** @description Name of the class on the session's day. */
            class_name?: string | null;
            /** @description Name of the school on the session's day. */
            school_name_zh?: string | null;
        };
        /** @description Who signs in. */
        LoginRequest: {
            /** @description The login; upper and lower case are the same. */
            login: string;
            /**
             * Format: password
             * @description The password.
             */
            password: string;
            /** @description Put the tokens into httpOnly cookies instead of the answer: for the pages. */
            cookies?: boolean;
        };
        /** @description Which results to verify. */
        ManyResults: {
            /** @description The results; a team is meant by that of any member. */
            ids: string[];
        };
        /** @description What became of the sheet. */
        MatchAnswer: {
            /** @description Nothing was entered. */
            dry_run: boolean;
            /** @description Rows that were matched. */
            matched: number;
            /** @description Rows that were not, or not entered. */
            left: number;
            /** @description One for each row. */
            outcomes: components["schemas"]["MatchOutcome"][];
        };
        /** @description A sheet in a form field called `file`. */
        MatchForm: {
            /**
             * Format: binary
             * @description CSV or XLSX, at most 2,000 rows. Columns: 学号 (`number`), or 姓名 and 学校 (`name`, `school`); 奖项 (`award`:
             *     first, second, third, excellence; 一等奖 … are understood) or 名次 (`place`, `places_listed`); 级别
             *     (`contest_level`), 获奖日期 (`achieved_on`), 作品编号, 作品 (`work_id`, `work_title`), 队伍, 队内顺序 (`team`,
             *     `team_position`).
             */
            file: string;
        };
        /**
         * @description What became of a row.
         * @enum {string}
         */
        MatchKind: "matched" | "unmatched" | "ambiguous" | "exists" | "refused";
        /** @description What became of a row. */
        MatchOutcome: {
            /**
             * Format: int64
             * @description The row of the sheet, as its reader counts it.
             */
            row: number;
            /** @description What became of it. */
            outcome: components["schemas"]["MatchKind"];
            /**
             * Format: uuid
             * @description The person.
             */
            person_id?: string | null;
            /**
             * Format: uuid
             * @description The result.
             */
            result_id?: string | null;
            /** @description Why not, in words. */
            detail?: string | null;
        };
        /** @description The account that asks. */
        Me: {
            /**
             * Format: uuid
             * @description Its id.
             */
            account_id: string;
            /** @description What it signs in with. */
            login: string;
            /** @description How it is called. */
            display_name: string;
            /** @description Only POST /api/v1/auth/password works until the password is changed. */
            must_change_password: boolean;
            /** @description What it may do, and over what. */
            grants: components["schemas"]["GrantView"][];
            /**
             * Format: uuid
             * @description The district that this request is for: that of the header Kepu-District, else the account's own.
             */
            district_id?: string | null;
            /**
             * Format: uuid
             * @description The signed-in device.
             */
            session_id: string;
        };
        /**
         * @description What it means not to be in the file.
         * @enum {string}
         */
        Mode: "full" | "partial" | "delta";
        /** @description One month. */
        MonthFigures: {
            /**
             * Format: date
             * @description Its first day.
             */
            month: string;
            /**
             * Format: int64
             * @description Persons with a record.
             */
            participants: number;
            /**
             * Format: int64
             * @description Records.
             */
            records: number;
            /** @description Credit. */
            credits: string;
        };
        /** @description A thing with a name. */
        Named: {
            /**
             * Format: uuid
             * @description Id.
             */
            id: string;
            /** @description Name. */
            name: string;
        };
        /** @description The account to make. */
        NewAccount: {
            /** @description Letters, digits and `. _ - @`; upper and lower case are the same. */
            login: string;
            /** @description How it is called. */
            display_name: string;
            /** @description Its rights: at least one. */
            grants: components["schemas"]["NewGrant"][];
        };
        /** @description A new activity. */
        NewActivity: {
            /**
             * Format: uuid
             * @description The host: a base, a museum, or a school for what it runs itself.
             */
            host_id: string;
            /** @description Code, unique with the host. */
            code: string;
            /** @description What it is: practice, visit, lecture, club … as policies name it. */
            kind: string;
            /** @description Title in Chinese. */
            title_zh: string;
            /** @description Title in English. */
            title_en?: string;
            /** @description Level, where the host has none. */
            level?: string | null;
            grades?: components["schemas"]["Grades"] | null;
            /** @description Free words that policies may match. */
            tags?: string[];
            /**
             * @description Taken part in freely; so if left out.
             * @default true
             */
            voluntary?: boolean;
            /** @description Within the school day; not if left out. */
            school_day?: boolean;
            /**
             * Format: int32
             * @description How long one session takes.
             */
            minutes: number;
        };
        /** @description The authority to make. Districts are made with POST /api/v1/districts. */
        NewAuthority: {
            /** @description What it answers for. */
            level: components["schemas"]["AuthorityLevel"];
            /**
             * Format: uuid
             * @description The one above it; a country has none.
             */
            parent_id?: string | null;
            /** @description ASCII letters, digits and `- _ .`, e.g. the code of the administrative division. */
            code: string;
            /** @description Its name. */
            name_zh: string;
            /** @description The same in English. */
            name_en?: string;
        };
        /** @description A new local contest, or a new edition of one. */
        NewCompetition: {
            /** @description The contest through the years; the same word for each of its editions. */
            series: string;
            /** @description This year's contest, e.g. 2026. */
            edition: string;
            /** @description Name in Chinese. */
            name_zh: string;
            /** @description Name in English. */
            name_en?: string;
            /** @description Stages that may enter; all if empty. */
            stages?: components["schemas"]["StageName"][];
            /**
             * Format: date
             * @description First day on which a result counts.
             */
            valid_from: string;
            /**
             * Format: date
             * @description Last day; open if left out.
             */
            valid_to?: string | null;
            /** @description Where it was published. */
            source?: string;
        };
        /** @description A new designation. */
        NewDesignation: {
            /**
             * Format: uuid
             * @description The scheme: of the district, or of an authority above it.
             */
            scheme_id: string;
            /** @description Number of the licence, unique in the scheme. */
            number: string;
            /** @description Level of the host under the scheme; policies read it as `host_level`. */
            level?: string | null;
            /**
             * Format: date
             * @description First day.
             */
            valid_from: string;
            /**
             * Format: date
             * @description Last day; open if left out.
             */
            valid_to?: string | null;
            /** @description Where it was published. */
            source?: string;
        };
        /** @description The district to make. */
        NewDistrict: {
            /**
             * Format: uuid
             * @description The city (or province) above it.
             */
            parent_id?: string | null;
            /** @description ASCII letters, digits and `- _ .`, e.g. the code of the administrative division. */
            code: string;
            /** @description Its name. */
            name_zh: string;
            /** @description The same in English. */
            name_en?: string;
            /**
             * @description A name of the time zone database.
             * @default Asia/Shanghai
             */
            time_zone?: string;
        };
        /** @description A right to give: the role, and the one thing that it is over. */
        NewGrant: {
            /**
             * @description `teacher`, `school_admin`, `base_staff`, `base_admin`, `district_official`, `city_official`, `auditor`,
             *     `guardian`, `student` or `platform_admin`.
             */
            role: string;
            /**
             * Format: uuid
             * @description For `city_official` (and `auditor`): the city or province.
             */
            authority_id?: string | null;
            /**
             * Format: uuid
             * @description For `district_official` (and `auditor`): the district.
             */
            district_id?: string | null;
            /**
             * Format: uuid
             * @description For `teacher`, `school_admin`: the school. For `base_staff`, `base_admin`: the host.
             */
            organization_id?: string | null;
            /**
             * Format: uuid
             * @description For `student`, `guardian`: the person, of the district that the request is for.
             */
            person_id?: string | null;
        };
        /** @description Somebody who achieved it. */
        NewMember: {
            /**
             * Format: uuid
             * @description The person; or say `number`.
             */
            person_id?: string | null;
            /** @description Student number; or say `person_id`. */
            number?: string | null;
            /**
             * Format: int32
             * @description Position in the team, from 1: for all members or for none, in which case the order given counts.
             */
            position?: number | null;
        };
        /** @description A new organization. */
        NewOrganization: {
            /** @description What kind; it stays. */
            kind: components["schemas"]["OrganizationKind"];
            /** @description Code, unique in the district. */
            code: string;
            /** @description Name in Chinese. */
            name_zh: string;
            /** @description Name in English. */
            name_en?: string;
            /** @description Level of the organization itself: national, provincial, city, district … */
            level?: string | null;
            /** @description Further facts. `vocational: true` marks a secondary vocational school. */
            attributes?: Record<string, never>;
        };
        /** @description A new achievement of a person or a team. */
        NewResult: {
            /**
             * Format: uuid
             * @description The competition: the edition of the year.
             */
            competition_id: string;
            /**
             * Format: date
             * @description The day of the award.
             */
            achieved_on: string;
            /** @description Level at which it was won: national, provincial, city, county, town, school … as policies name it. */
            contest_level: string;
            /** @description The award: first, second, third, excellence … as policies name it; or say `place`. */
            award?: string | null;
            /**
             * Format: int32
             * @description The place in a ranked list, from 1.
             */
            place?: number | null;
            /**
             * Format: int32
             * @description How many places the list names.
             */
            places_listed?: number | null;
            /** @description The work that was judged: the same word wherever the same work is entered. */
            work_id?: string | null;
            /** @description Title of the work. */
            work_title?: string;
            /** @description Free words that policies may match. */
            tags?: string[];
            /**
             * Format: int32
             * @description Members of the team, where it has more than those of your school; else as many as are given.
             */
            team_size?: number | null;
            /** @description Who achieved it: one person, or the members of the team that are of your school. */
            members: components["schemas"]["NewMember"][];
        };
        /** @description A new scheme. */
        NewScheme: {
            /**
             * Format: uuid
             * @description The authority that runs it; the district of the request if left out.
             */
            authority_id?: string | null;
            /** @description Code, unique with the authority; it stays, for policies name it. */
            code: string;
            /** @description Name in Chinese. */
            name_zh: string;
            /** @description Name in English. */
            name_en?: string;
            /** @description Kinds of organizations that may hold one; any if empty. */
            holder_kinds?: components["schemas"]["OrganizationKind"][];
        };
        /** @description A new session. */
        NewSession: {
            /**
             * Format: uuid
             * @description The activity.
             */
            activity_id: string;
            /**
             * Format: date-time
             * @description When it begins. A day that is past is fine: what took place can be entered afterwards.
             */
            starts_at: string;
            /**
             * Format: date-time
             * @description When it ends; after the minutes of the activity if left out.
             */
            ends_at?: string | null;
            /** @description Where. */
            place?: string;
            /**
             * Format: int32
             * @description How many guests; any number if left out.
             */
            capacity?: number | null;
            /**
             * Format: date-time
             * @description When its places open; at once if left out.
             */
            opens_at?: string | null;
            /**
             * Format: date-time
             * @description Until when the quotas hold; until it begins if left out.
             */
            to_all_at?: string | null;
            /** @description Places that are kept for schools; for all if left out. */
            quotas?: components["schemas"]["SchoolQuota"][];
            /** @description What its door takes note of; who came, if left out. */
            door_mode?: components["schemas"]["DoorMode"];
            /** @description Whether it takes who was not registered. */
            walk_ins?: boolean;
        };
        /** @description The way to the next level of a ladder. */
        NextView: {
            /** @description The level. */
            level: string;
            /** @description How much is missing where all that is missing has one unit. */
            shortfall?: string | null;
            /** @description What is missing: `measure`, `unit`, `have`, `needed`, `short`. */
            missing: Record<string, never>[];
            /** @description In words. */
            text: string;
        };
        /** @description Warn or bar those who register and do not come. */
        NoShowPolicy: {
            /**
             * Format: int32
             * @description An absence counts for so many days, its own among them.
             */
            within_days: number;
            /**
             * Format: int32
             * @description With so many absences a person is warned; null for never.
             */
            warn_after?: number | null;
            /**
             * Format: int32
             * @description Each absence that makes it so many or more bars the person; null for never.
             */
            bar_after?: number | null;
            /**
             * Format: int32
             * @description For so many days after the day of that absence; goes with `bar_after`.
             */
            bar_days?: number | null;
        };
        /** @description How a person stands who registered and did not come. */
        NoShows: {
            /**
             * Format: uuid
             * @description The person.
             */
            person_id: string;
            /**
             * Format: int32
             * @description Absences that count today; all where the district has no policy.
             */
            count: number;
            /** @description Whether that is enough for a warning. */
            warned: boolean;
            /**
             * Format: date
             * @description The last day on which the person cannot be registered; null if it can.
             */
            barred_until?: string | null;
            /** @description Days of all absences, the last first. */
            days: string[];
            policy?: components["schemas"]["NoShowPolicy"] | null;
        };
        /** @description Places with the lowest share of participants, the lowest first; at most 20 of each kind. */
        NotReached: {
            /**
             * Format: int64
             * @description Enrolled persons without a record.
             */
            persons: number;
            /** @description Schools. */
            schools: components["schemas"]["PlaceFigures"][];
            /** @description Grades. */
            grades: components["schemas"]["PlaceFigures"][];
            /** @description Classes. */
            classes: components["schemas"]["PlaceFigures"][];
        };
        /** @description An account with a password that works until it is changed at the first sign-in. It is shown this once. */
        OneTimePassword: {
            /** @description The account. */
            account: components["schemas"]["AccountView"];
            /** @description To be handed over on a way that nobody else reads. */
            one_time_password: string;
        };
        /** @description A device that shall stand at the door. */
        OpenRequest: {
            /**
             * Format: uuid
             * @description Made by the device once, and kept.
             */
            device_id: string;
            /** @description How its guide calls it. */
            device_name: string;
            /** @description Its public key (Ed25519, base64url): it signs files of scans with the private one. */
            device_key: string;
            /**
             * Format: date-time
             * @description What its clock says.
             */
            device_time: string;
        };
        /** @description What to change; what is left out stays. */
        OrganizationChange: {
            /** @description Code, unique in the district. */
            code?: string | null;
            /** @description Name in Chinese. */
            name_zh?: string | null;
            /** @description Name in English. */
            name_en?: string | null;
            /** @description Level of the organization itself; null takes it away. */
            level?: string | null;
            /** @description Further facts, all of them. */
            attributes?: Record<string, never> | null;
        };
        /**
         * @description What kind of organization.
         * @enum {string}
         */
        OrganizationKind: "school" | "kindergarten" | "base" | "museum" | "company" | "institute" | "university" | "community" | "media" | "authority";
        /**
         * @description Whether an organization works.
         * @enum {string}
         */
        OrganizationStatus: "active" | "closed";
        /** @description An organization. */
        OrganizationView: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: uuid
             * @description The district in which it is registered.
             */
            district_id: string;
            /** @description What kind. */
            kind: components["schemas"]["OrganizationKind"];
            /** @description Code, unique in the district. */
            code: string;
            /** @description Name in Chinese. */
            name_zh: string;
            /** @description Name in English; may be empty. */
            name_en: string;
            /** @description Level of the organization itself (national, provincial, city, district …); null if it has none. */
            level?: string | null;
            /** @description Further facts. `vocational: true` marks a secondary vocational school. */
            attributes: Record<string, never>;
            /** @description Whether it works. */
            status: components["schemas"]["OrganizationStatus"];
            /**
             * Format: int64
             * @description For If-Match.
             */
            version: number;
            /**
             * Format: date-time
             * @description When it was registered.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was last changed.
             */
            updated_at: string;
        };
        /** @description Where the district, a school or a class stands. Credits and shares are decimals in strings. */
        Overview: components["schemas"]["About"] & {
            /** @description The whole. */
            totals: components["schemas"]["Reached"];
            /** @description By month of the record's day, the earliest first. */
            by_month: components["schemas"]["MonthFigures"][];
            /** @description By category, in the order of the policy. */
            by_category: components["schemas"]["KindFigures"][];
            /** @description By school, by name. */
            by_school: components["schemas"]["PlaceFigures"][];
            /** @description By grade. */
            by_grade: components["schemas"]["PlaceFigures"][];
            /** @description By host, most credit first; results have no host. */
            by_host: components["schemas"]["HostFigures"][];
            /** @description Verified results of competitions, by level and award. */
            results: components["schemas"]["ResultFigures"][];
            /** @description Requirements of the policy as they stand now, over all time, of those who are enrolled now. */
            requirements: components["schemas"]["RequirementFigures"][];
            /** @description Who is not reached. */
            not_reached: components["schemas"]["NotReached"];
        };
        /** @description One page of a list. */
        Page_AccountView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /** @description What it signs in with. */
                login: string;
                /** @description How it is called. */
                display_name: string;
                /** @description `active` or `disabled`. */
                status: string;
                /** @description The password was set by somebody else. */
                must_change_password: boolean;
                /**
                 * Format: date-time
                 * @description Locked until then after failed sign-ins.
                 */
                locked_until?: string | null;
                /** @description Its rights. */
                grants: components["schemas"]["GrantView"][];
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it was last changed.
                 */
                updated_at: string;
                /**
                 * Format: int64
                 * @description For If-Match.
                 */
                version: number;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ActivityView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Identity.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The district in which its host is registered.
                 */
                district_id: string;
                /**
                 * Format: uuid
                 * @description The host.
                 */
                host_id: string;
                /** @description The host's name in Chinese. */
                host_name_zh: string;
                /** @description Code, unique with the host. */
                code: string;
                /** @description What it is: practice, visit, lecture, club … as policies name it. */
                kind: string;
                /** @description Title in Chinese. */
                title_zh: string;
                /** @description Title in English. */
                title_en: string;
                /** @description Level, where the host has none. */
                level?: string | null;
                grades?: components["schemas"]["Grades"] | null;
                /** @description Free words that policies may match. */
                tags: string[];
                /** @description Taken part in freely. */
                voluntary: boolean;
                /** @description Within the school day. */
                school_day: boolean;
                /**
                 * Format: int32
                 * @description How long one session takes.
                 */
                minutes: number;
                /** @description Whether it is on offer. */
                status: components["schemas"]["ActivityStatus"];
                /**
                 * Format: int64
                 * @description For If-Match.
                 */
                version: number;
                /**
                 * Format: date-time
                 * @description When it was entered.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it was last changed.
                 */
                updated_at: string;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_AdoptionView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The policy version.
                 */
                policy_version_id: string;
                /** @description The policy. */
                policy_id: string;
                /** @description The version's name. */
                policy_version: string;
                /** @description `computing`, `computed`, `applying`, `effective`, `superseded`, `discarded` or `failed`. */
                state: string;
                /**
                 * Format: int64
                 * @description Persons evaluated so far.
                 */
                progress_done: number;
                /**
                 * Format: int64
                 * @description Persons to evaluate.
                 */
                progress_total: number;
                /**
                 * @description Who gains and who loses, once computed: `persons`, `changed`, `gained`, `lost`, `total_before`, `total_after`,
                 *     `by_school`, `by_grade`, `levels`, `requirements`, `largest_changes`.
                 */
                outcome: unknown;
                /**
                 * Format: date-time
                 * @description When it was asked for.
                 */
                requested_at: string;
                /**
                 * Format: date-time
                 * @description Since when the district scores by it.
                 */
                effective_at?: string | null;
                /**
                 * Format: date-time
                 * @description Until when it did.
                 */
                superseded_at?: string | null;
                /**
                 * Format: int64
                 * @description Its version, for `If-Match`.
                 */
                version: number;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_AuditEventView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Its id; later ones sort after it.
                 */
                id: string;
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /**
                 * Format: uuid
                 * @description Who; null for a sign-in that failed, or for a job.
                 */
                account_id?: string | null;
                /** @description How that account is called now. */
                account_name?: string | null;
                /** @description What was done: `noun.verb`. */
                action: string;
                /** @description The noun. */
                object_kind: string;
                /** @description The object. */
                object_id: string;
                /** @description What changed, or what was read. */
                detail: Record<string, never>;
                /** @description From which network address. */
                address: string;
                /** @description In which request. */
                request_id: string;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_AuthorityView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The one above it.
                 */
                parent_id?: string | null;
                /** @description `country`, `province`, `city` or `district`. */
                level: string;
                /** @description Its code. */
                code: string;
                /** @description Its name. */
                name_zh: string;
                /** @description The same in English. */
                name_en: string;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ClassView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Identity.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The school.
                 */
                school_id: string;
                /** @description Its name. */
                school_name_zh: string;
                /**
                 * Format: int32
                 * @description The year in which the school year starts.
                 */
                school_year: number;
                /**
                 * Format: int32
                 * @description The grade; null for the staff.
                 */
                grade?: number | null;
                /** @description The name within the grade. */
                name: string;
                /** @description Identity in the system that the roster came from. */
                source_id?: string | null;
                /**
                 * Format: int64
                 * @description Persons enrolled in it today.
                 */
                persons: number;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_CompetitionView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Identity.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The district whose local contest it is; null on the national list.
                 */
                district_id?: string | null;
                /** @description The contest through the years. */
                series: string;
                /** @description This year's contest. */
                edition: string;
                /** @description Name in Chinese. */
                name_zh: string;
                /** @description Name in English. */
                name_en: string;
                /**
                 * Format: int32
                 * @description Number on the list.
                 */
                list_no?: number | null;
                /** @description Stages that may enter; all if empty. */
                stages: string[];
                /** @description On the published list. */
                listed: boolean;
                /**
                 * Format: date
                 * @description First day on which a result counts.
                 */
                valid_from: string;
                /**
                 * Format: date
                 * @description Last day; null if open.
                 */
                valid_to?: string | null;
                /** @description Where it was published. */
                source: string;
                /**
                 * Format: int64
                 * @description For If-Match.
                 */
                version: number;
                /**
                 * Format: date-time
                 * @description When it was entered.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it was last changed.
                 */
                updated_at: string;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Decision: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /** @description The policy. */
                policy_id: string;
                /** @description The soft select or limit. */
                rule: string;
                /**
                 * Format: uuid
                 * @description The participation or result.
                 */
                record_id: string;
                /**
                 * Format: uuid
                 * @description The person.
                 */
                person_id: string;
                /** @description `waive` or `enforce`. */
                decision: string;
                /** @description Why. */
                reason: string;
                /**
                 * Format: uuid
                 * @description Who.
                 */
                decided_by: string;
                /**
                 * Format: date-time
                 * @description When.
                 */
                decided_at: string;
                /**
                 * Format: date-time
                 * @description When it was taken back.
                 */
                revoked_at?: string | null;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_DesignationView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Identity.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The scheme.
                 */
                scheme_id: string;
                /** @description Its code, which policies name. */
                scheme_code: string;
                /** @description Its name in Chinese. */
                scheme_name_zh: string;
                /**
                 * Format: uuid
                 * @description The holder.
                 */
                organization_id: string;
                /**
                 * Format: uuid
                 * @description The district in which the holder is registered.
                 */
                district_id: string;
                /** @description The holder's name in Chinese. */
                organization_name_zh: string;
                /** @description Number of the licence, unique in the scheme. */
                number: string;
                /** @description Level of the host under the scheme. */
                level?: string | null;
                /**
                 * Format: date
                 * @description First day.
                 */
                valid_from: string;
                /**
                 * Format: date
                 * @description Last day; null if open.
                 */
                valid_to?: string | null;
                /** @description Where it was published. */
                source: string;
                /**
                 * Format: int64
                 * @description For If-Match.
                 */
                version: number;
                /**
                 * Format: date-time
                 * @description When it was entered.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it was last changed.
                 */
                updated_at: string;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_DistrictView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The city (or province) above it.
                 */
                parent_id?: string | null;
                /** @description Its short code, also good for the header Kepu-District. */
                code: string;
                /** @description Its name. */
                name_zh: string;
                /** @description The same in English. */
                name_en: string;
                /** @description Its time zone: days and terms are judged in it. */
                time_zone: string;
                /** @description Its settings. */
                settings: Record<string, never>;
                no_shows?: components["schemas"]["NoShowPolicy"] | null;
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /**
                 * Format: int64
                 * @description For If-Match.
                 */
                version: number;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Flag: {
            /** @description The items. */
            items: {
                /** @description The policy. */
                policy_id: string;
                /**
                 * Format: uuid
                 * @description The participation or result.
                 */
                record_id: string;
                /**
                 * Format: uuid
                 * @description The person.
                 */
                person_id: string;
                /** @description The person's name. */
                name: string;
                /**
                 * Format: uuid
                 * @description The school of the record's day.
                 */
                school_id?: string | null;
                /**
                 * Format: date
                 * @description The record's day.
                 */
                on_day: string;
                /** @description Credit that counts meanwhile, a decimal. */
                counted: string;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ImportView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Identity.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The school that it is for; null: the whole district.
                 */
                school_id?: string | null;
                /** @description How the file is built. */
                format: components["schemas"]["Format"];
                /** @description What it means not to be in the file. */
                mode: components["schemas"]["Mode"];
                /** @description The name of the file. */
                file_name: string;
                /**
                 * Format: date
                 * @description Moves close and open enrolments on this day.
                 */
                effective_on: string;
                /**
                 * Format: int32
                 * @description The school year of the classes, named by the year in which it starts.
                 */
                school_year: number;
                /** @description Where it stands. */
                state: components["schemas"]["State"];
                /** @description How far the background job has come. */
                progress: components["schemas"]["Progress"];
                /** @description How many rows have which outcome. */
                counts: components["schemas"]["Counts"];
                /** @description What is worth knowing: columns that were passed over, or why it failed. */
                message: string;
                /**
                 * Format: uuid
                 * @description The account that uploaded it.
                 */
                created_by: string;
                /**
                 * Format: date-time
                 * @description When.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it was committed, discarded or failed.
                 */
                finished_at?: string | null;
                /**
                 * Format: int64
                 * @description For If-Match.
                 */
                version: number;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_LedgerEntry: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /** @description The policy. */
                policy_id: string;
                /**
                 * Format: uuid
                 * @description The version under which it was booked.
                 */
                policy_version_id: string;
                /**
                 * Format: uuid
                 * @description The participation or result.
                 */
                record_id: string;
                /** @description The change, a decimal; negative where credit was taken back. */
                amount: string;
                /**
                 * @description `confirmed`, `amended`, `voided`, `verified`, `revoked`, `policy`, `designation`, `decision`, `person` (the
                 *     roster says something else of the person), or `neighbour`: another
                 *     record of the person changed what limits leave of this one.
                 */
                cause: string;
                /** @description The reasons of the line as it was booked, as codes with parameters. */
                reason: Record<string, never>[];
                /**
                 * Format: uuid
                 * @description The entry of the same record that this one corrects.
                 */
                corrects?: string | null;
                /** @description Category. */
                category: string;
                /** @description Rule. */
                rule: string;
                /**
                 * Format: date
                 * @description The record's day.
                 */
                on_day: string;
                /**
                 * Format: uuid
                 * @description Who brought it about.
                 */
                account_id: string;
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ListedParticipation: {
            /** @description The items. */
            items: (components["schemas"]["ParticipationView"] & {
                /** @description The activity's title in Chinese. */
                activity_title_zh: string;
                /** @description The activity's title in English; empty if it has none. */
                activity_title_en: string;
                /** @description What the activity is. */
                kind: string;
                /**
                 * Format: date-time
                 * @description When the session begins.
                 */
                starts_at: string;
                /**
                 * Format: int32
                 * @description Minutes of the plan, which count where `minutes` is null.
                 */
                planned_minutes: number;
                /** @description The host's name in Chinese. */
                host_name_zh: string;
                /** @description The host's name in English; empty if it has none. */
                host_name_en: string;
                /** @description Name of the class on the session's day. */
                class_name?: string | null;
                /** @description Name of the school on the session's day. */
                school_name_zh?: string | null;
            })[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_OrganizationView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Identity.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The district in which it is registered.
                 */
                district_id: string;
                /** @description What kind. */
                kind: components["schemas"]["OrganizationKind"];
                /** @description Code, unique in the district. */
                code: string;
                /** @description Name in Chinese. */
                name_zh: string;
                /** @description Name in English; may be empty. */
                name_en: string;
                /** @description Level of the organization itself (national, provincial, city, district …); null if it has none. */
                level?: string | null;
                /** @description Further facts. `vocational: true` marks a secondary vocational school. */
                attributes: Record<string, never>;
                /** @description Whether it works. */
                status: components["schemas"]["OrganizationStatus"];
                /**
                 * Format: int64
                 * @description For If-Match.
                 */
                version: number;
                /**
                 * Format: date-time
                 * @description When it was registered.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it was last changed.
                 */
                updated_at: string;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_PersonView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Identity.
                 */
                id: string;
                /** @description `student` or `teacher`. */
                kind: string;
                /** @description 学号 */
                number: string;
                /** @description 姓名 */
                name: string;
                /** @description `active` or `left`. */
                status: string;
                /**
                 * Format: uuid
                 * @description The school of today's enrolment.
                 */
                school_id?: string | null;
                /** @description Its name. */
                school_name_zh?: string | null;
                /**
                 * Format: uuid
                 * @description The class of today's enrolment.
                 */
                class_id?: string | null;
                /**
                 * Format: int32
                 * @description The grade of today's enrolment; null for staff.
                 */
                grade?: number | null;
                /** @description The name of the class within the grade. */
                class_name?: string | null;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_PolicyView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The district that published it; none for those that come with kepu.
                 */
                district_id?: string | null;
                /** @description The policy, the same through all versions. */
                policy_id: string;
                /** @description The version. */
                version: string;
                /** @description Title in Chinese. */
                title_zh: string;
                /** @description Title in English. */
                title_en: string;
                /** @description True when values were made up for illustration. */
                illustrative: boolean;
                /** @description SHA-256 of the text, hex. */
                digest: string;
                /**
                 * Format: date-time
                 * @description When it was published.
                 */
                published_at: string;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_PublicSession: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description The session.
                 */
                id: string;
                /** @description Title of the activity in Chinese. */
                title_zh: string;
                /** @description Title in English; empty if it has none. */
                title_en: string;
                /** @description What it is. */
                kind: string;
                grades?: components["schemas"]["Grades"] | null;
                /**
                 * Format: int32
                 * @description How long it takes, in minutes.
                 */
                minutes: number;
                /** @description Code of the district. */
                district_code: string;
                /** @description Its name. */
                district_name_zh: string;
                /**
                 * Format: uuid
                 * @description The host.
                 */
                host_id: string;
                /** @description The host's name in Chinese. */
                host_name_zh: string;
                /** @description The host's name in English; empty if it has none. */
                host_name_en: string;
                /**
                 * Format: date-time
                 * @description When it begins.
                 */
                starts_at: string;
                /**
                 * Format: date-time
                 * @description When it ends.
                 */
                ends_at: string;
                /** @description Where. */
                place: string;
                /**
                 * Format: int32
                 * @description How many guests; null for any number.
                 */
                capacity?: number | null;
                /**
                 * Format: int64
                 * @description How many places are left; null for any number.
                 */
                free_places?: number | null;
                /**
                 * Format: date-time
                 * @description When its places open; null for at once.
                 */
                opens_at?: string | null;
                /**
                 * Format: date-time
                 * @description Until when places are kept for schools; null for until it begins, or where none are.
                 */
                to_all_at?: string | null;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_RecordView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description The participation or result.
                 */
                record_id: string;
                /** @description `participation` or `result`. */
                source?: string | null;
                /**
                 * Format: date
                 * @description Its day.
                 */
                on_day: string;
                /**
                 * Format: uuid
                 * @description The person.
                 */
                person_id: string;
                /** @description Number. */
                number: string;
                /** @description Name. */
                name: string;
                /**
                 * Format: uuid
                 * @description School on that day.
                 */
                school_id?: string | null;
                /** @description Its name. */
                school_name?: string | null;
                /**
                 * Format: uuid
                 * @description Class on that day.
                 */
                class_id?: string | null;
                /** @description Its name. */
                class_name?: string | null;
                /**
                 * Format: int32
                 * @description Grade on that day.
                 */
                grade?: number | null;
                /**
                 * Format: uuid
                 * @description The host; null for results.
                 */
                host_id?: string | null;
                /** @description Its name. */
                host_name?: string | null;
                /** @description The activity or competition. */
                title?: string | null;
                /** @description The rule that priced it; empty if none did. */
                rule: string;
                /** @description Its category. */
                category: string;
                /**
                 * Format: int32
                 * @description Minutes that count.
                 */
                minutes: number;
                /** @description Credit before limits. */
                raw: string;
                /** @description Credit that counts. */
                counted: string;
                /** @description `counted`, `cut` or `refused`. */
                status: string;
                /** @description A soft rule waits for a decision. */
                flagged: boolean;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_RegisterEntry: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description The designation.
                 */
                id: string;
                /** @description Code of the scheme. */
                scheme_code: string;
                /** @description Its name in Chinese. */
                scheme_name_zh: string;
                /** @description Its name in English. */
                scheme_name_en: string;
                /** @description The authority that runs it. */
                authority_name_zh: string;
                /** @description Code of the holder's district. */
                district_code: string;
                /** @description Its name. */
                district_name_zh: string;
                /** @description Kind of the holder. */
                organization_kind: string;
                /** @description Name of the holder in Chinese. */
                organization_name_zh: string;
                /** @description Name of the holder in English. */
                organization_name_en: string;
                /** @description Number of the licence. */
                number: string;
                /** @description Level under the scheme. */
                level?: string | null;
                /**
                 * Format: date
                 * @description First day.
                 */
                valid_from: string;
                /**
                 * Format: date
                 * @description Last day; null if open.
                 */
                valid_to?: string | null;
                /** @description Where it was published. */
                source: string;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ResultView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Identity.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The competition.
                 */
                competition_id: string;
                /** @description Its name in Chinese. */
                competition_name_zh: string;
                /** @description Whether it is on the published list. */
                listed: boolean;
                /**
                 * Format: uuid
                 * @description The person.
                 */
                person_id: string;
                /** @description Student number. */
                person_number: string;
                /** @description Name. */
                person_name: string;
                /**
                 * Format: uuid
                 * @description School of the day.
                 */
                school_id?: string | null;
                /**
                 * Format: uuid
                 * @description Class of the day.
                 */
                class_id?: string | null;
                /**
                 * Format: int32
                 * @description Grade of the day.
                 */
                grade?: number | null;
                /**
                 * Format: date
                 * @description The day of the award.
                 */
                achieved_on: string;
                /** @description Level at which it was won: national, provincial, city, county, town, school … */
                contest_level: string;
                /** @description The award: first, second, third, excellence … */
                award?: string | null;
                /**
                 * Format: int32
                 * @description The place in a ranked list.
                 */
                place?: number | null;
                /**
                 * Format: int32
                 * @description How many places the list names.
                 */
                places_listed?: number | null;
                /** @description The work that was judged. */
                work_id?: string | null;
                /** @description Its title. */
                work_title: string;
                team?: components["schemas"]["TeamPlace"] | null;
                /** @description Free words that policies may match. */
                tags: string[];
                /** @description Where it stands. */
                state: components["schemas"]["ResultState"];
                /** @description Why it was returned, revoked or withdrawn. */
                reason: string;
                /**
                 * Format: uuid
                 * @description Account that submitted it.
                 */
                submitted_by: string;
                /**
                 * Format: date-time
                 * @description When.
                 */
                submitted_at: string;
                /**
                 * Format: uuid
                 * @description Account that decided.
                 */
                decided_by?: string | null;
                /**
                 * Format: date-time
                 * @description When.
                 */
                decided_at?: string | null;
                /**
                 * Format: int64
                 * @description Files that are there as evidence.
                 */
                evidence_count: number;
                /**
                 * Format: int64
                 * @description For If-Match.
                 */
                version: number;
                /**
                 * Format: date-time
                 * @description When it was last changed.
                 */
                updated_at: string;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ReviewView: {
            /** @description The items. */
            items: (components["schemas"]["ScanView"] & {
                /** @description The activity's title. */
                activity_title_zh: string;
                /** @description The same in English; may be empty. */
                activity_title_en: string;
                /**
                 * Format: date-time
                 * @description When the session began.
                 */
                starts_at: string;
                /**
                 * Format: uuid
                 * @description The host.
                 */
                host_id: string;
                /** @description Its name. */
                host_name_zh: string;
                /** @description The same in English; may be empty. */
                host_name_en: string;
                /**
                 * Format: date-time
                 * @description Until when the host alone decides.
                 */
                due_at: string;
                /** @description Whether that has passed. */
                overdue: boolean;
            })[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_RowView: {
            /** @description The items. */
            items: {
                /**
                 * Format: int64
                 * @description The row as a person sees it in the file; those who leave are numbered after the last.
                 */
                row_no: number;
                /** @description `added`, `changed`, `moved`, `left`, `refused`, `unchanged`. */
                outcome: string;
                /** @description 学号 */
                number: string;
                /** @description 姓名 */
                name: string;
                /**
                 * Format: uuid
                 * @description The person, if it is one who is known, or will be.
                 */
                person_id?: string | null;
                /** @description `student` or `teacher`. */
                kind?: string | null;
                /**
                 * Format: date
                 * @description Date of birth after the import.
                 */
                birth_date?: string | null;
                /** @description Sex after the import. */
                sex?: string | null;
                /** @description Identity in the system that the file comes from. */
                source_id?: string | null;
                /**
                 * Format: uuid
                 * @description The school in which the row puts the person; null if the person stays where it is.
                 */
                school_id?: string | null;
                /**
                 * Format: int32
                 * @description The grade in which the row puts the person.
                 */
                grade?: number | null;
                /** @description The class in which the row puts the person. */
                class?: string | null;
                /** @description The cells as written, of a refused row. */
                cells: Record<string, never>;
                /** @description What changes. */
                changes: components["schemas"]["ChangeView"][];
                /** @description Why the row is refused. */
                errors: components["schemas"]["FieldError"][];
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ScanView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The session.
                 */
                session_id: string;
                /**
                 * Format: uuid
                 * @description The device.
                 */
                device_id: string;
                /** @description How its guide calls it; null if it was never opened here. */
                device_name?: string | null;
                /**
                 * Format: uuid
                 * @description Who was signed in on it.
                 */
                account_id: string;
                /**
                 * Format: date-time
                 * @description When, by the device's clock.
                 */
                scanned_at: string;
                /**
                 * Format: date-time
                 * @description When, by the service's.
                 */
                at: string;
                /**
                 * Format: date-time
                 * @description When the service got it.
                 */
                received_at: string;
                /** @description `in` or `out`. */
                direction: string;
                /** @description `pass`, `hand`, `class` or `code`. */
                method: string;
                /** @description `accepted`, `duplicate_of`, `needs_review` or `refused`. */
                verdict: string;
                /** @description Why, for programs. */
                reason: string;
                /**
                 * Format: uuid
                 * @description The scan that says the same.
                 */
                duplicate_of?: string | null;
                /** @description `accept` or `refuse`, if somebody looked at it. */
                decision?: string | null;
                /** @description Why that was decided. */
                decision_reason?: string | null;
                /**
                 * Format: uuid
                 * @description Who, if the host may know.
                 */
                person_id?: string | null;
                /** @description The person's name, if the host may know. */
                name?: string | null;
                /** @description The person's class; within its grade, often a number alone. */
                class_name?: string | null;
                /**
                 * Format: int32
                 * @description Its grade.
                 */
                grade?: number | null;
                /** @description What else the host should know. */
                flags: string[];
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_SchemeView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Identity.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The authority that runs it.
                 */
                authority_id: string;
                /** @description Code, which policies name in `host_designation`. */
                code: string;
                /** @description Name in Chinese. */
                name_zh: string;
                /** @description Name in English. */
                name_en: string;
                /** @description Kinds of organizations that may hold one; any if empty. */
                holder_kinds: string[];
                /**
                 * Format: int64
                 * @description For If-Match.
                 */
                version: number;
                /**
                 * Format: date-time
                 * @description When it was entered.
                 */
                created_at: string;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ScoreSummary: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description The person.
                 */
                person_id: string;
                /** @description Number. */
                number: string;
                /** @description Name. */
                name: string;
                /**
                 * Format: uuid
                 * @description School now.
                 */
                school_id?: string | null;
                /**
                 * Format: uuid
                 * @description Class now.
                 */
                class_id?: string | null;
                /**
                 * Format: int32
                 * @description Grade now.
                 */
                grade?: number | null;
                /** @description The policy. */
                policy_id: string;
                /** @description Whether the person may earn. */
                eligible: boolean;
                /** @description Sum of credit, a decimal. */
                total: string;
                /** @description Ladder → level. */
                levels: Record<string, never>;
                /** @description Output → value. */
                outputs: Record<string, never>;
                /** @description Requirements: `id`, `met`, `shortfall`, `missing`. */
                requirements: Record<string, never>[];
                /** @description How far the person is with each measure that a requirement asks for. */
                progress: components["schemas"]["ProgressView"][];
                /**
                 * Format: int32
                 * @description Soft rules that wait for a decision.
                 */
                flags: number;
                /**
                 * Format: date-time
                 * @description When it was computed.
                 */
                computed_at: string;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_SessionView: {
            /** @description The items. */
            items: {
                /**
                 * Format: uuid
                 * @description Identity.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The activity.
                 */
                activity_id: string;
                /** @description Its title in Chinese. */
                activity_title_zh: string;
                /** @description Its title in English; empty if it has none. */
                activity_title_en: string;
                /** @description What it is. */
                kind: string;
                grades?: components["schemas"]["Grades"] | null;
                /**
                 * Format: int32
                 * @description How long it takes, in minutes, as credit is counted.
                 */
                minutes: number;
                /**
                 * Format: uuid
                 * @description The district where it happens.
                 */
                district_id: string;
                /**
                 * Format: uuid
                 * @description The host.
                 */
                host_id: string;
                /** @description The host's name in Chinese. */
                host_name_zh: string;
                /** @description The host's name in English; empty if it has none. */
                host_name_en: string;
                /**
                 * Format: date-time
                 * @description When it begins.
                 */
                starts_at: string;
                /**
                 * Format: date-time
                 * @description When it ends.
                 */
                ends_at: string;
                /** @description Where. */
                place: string;
                /**
                 * Format: int32
                 * @description How many guests; null for any number.
                 */
                capacity?: number | null;
                /**
                 * Format: date-time
                 * @description When its places open; null for at once.
                 */
                opens_at?: string | null;
                /**
                 * Format: date-time
                 * @description Until when the quotas hold; null for until it begins. From then on what is left is for all, the waitlist first.
                 */
                to_all_at?: string | null;
                /** @description Places that are kept for schools, by their names; with none, places are for all from the opening on. */
                quotas: components["schemas"]["QuotaView"][];
                /** @description What its door takes note of. */
                door_mode: components["schemas"]["DoorMode"];
                /** @description Whether it takes who was not registered. */
                walk_ins: boolean;
                /** @description Whether it takes guests. */
                status: components["schemas"]["SessionStatus"];
                /** @description Why it was cancelled. */
                reason: string;
                counts?: components["schemas"]["SessionCounts"] | null;
                /**
                 * Format: int64
                 * @description For If-Match.
                 */
                version: number;
                /**
                 * Format: date-time
                 * @description When it was entered.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it was last changed.
                 */
                updated_at: string;
            }[];
            /** @description Pass as `cursor` for the next page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description A participation with its history. */
        ParticipationDetail: components["schemas"]["ListedParticipation"] & {
            /** @description Every step, first to last. */
            history: components["schemas"]["HistoryEntry"][];
        };
        /** @description A participation. */
        ParticipationView: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: uuid
             * @description The session.
             */
            session_id: string;
            /**
             * Format: uuid
             * @description The activity.
             */
            activity_id: string;
            /**
             * Format: uuid
             * @description The host.
             */
            host_id: string;
            /**
             * Format: uuid
             * @description The person.
             */
            person_id: string;
            /** @description The person's number. */
            number: string;
            /** @description The person's name. */
            name: string;
            /**
             * Format: uuid
             * @description School on the session's day.
             */
            school_id?: string | null;
            /**
             * Format: uuid
             * @description Class on the session's day.
             */
            class_id?: string | null;
            /**
             * Format: int32
             * @description Grade on the session's day.
             */
            grade?: number | null;
            /** @description `registered`, `waitlisted`, `withdrawn`, `attended`, `absent`, `recorded`, `confirmed`, `rejected` or `voided`. */
            state: string;
            /**
             * Format: int32
             * @description Minutes, where they differ from the plan.
             */
            minutes?: number | null;
            /**
             * Format: int32
             * @description Quantity, for activities that count one.
             */
            quantity?: number | null;
            /** @description Where it came from: `registration`, `teacher`, `sheet`, `school` or `door`. */
            source: string;
            /** @description Why it was rejected, amended or voided. */
            reason: string;
            /**
             * Format: uuid
             * @description The account that recorded it.
             */
            recorded_by: string;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            recorded_at: string;
            /**
             * Format: uuid
             * @description The account that confirmed it.
             */
            confirmed_by?: string | null;
            /**
             * Format: date-time
             * @description When it was confirmed.
             */
            confirmed_at?: string | null;
            /**
             * Format: int64
             * @description Its version, for `If-Match`.
             */
            version: number;
        };
        /** @description A person's pass. */
        PassView: {
            /**
             * Format: uuid
             * @description The person.
             */
            person_id: string;
            /** @description Its public number, as people read it: `0000 1234 5678`. */
            public_number: string;
            /**
             * Format: int32
             * @description The how-manieth pass of the person it is.
             */
            issue: number;
            /**
             * Format: date-time
             * @description Since when it holds.
             */
            issued_at: string;
            /** @description What its QR says. */
            token: string;
        };
        /** @description The old and the new password. */
        PasswordChange: {
            /**
             * Format: password
             * @description The present one.
             */
            current_password: string;
            /**
             * Format: password
             * @description The new one: at least 10 characters.
             */
            new_password: string;
        };
        /** @description Why, if you like to say. */
        PerhapsBecause: {
            /** @description Why. */
            reason?: string;
        };
        /** @description First and last day, both included. */
        PeriodView: {
            /**
             * Format: date
             * @description First day; open when null.
             */
            from?: string | null;
            /**
             * Format: date
             * @description Last day; open when null.
             */
            to?: string | null;
            /** @description The term, when one was asked for. */
            term?: string | null;
        };
        /** @description A person with all enrolments, newest first. */
        PersonDetail: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /** @description `student` or `teacher`. */
            kind: string;
            /** @description 学号 */
            number: string;
            /** @description 姓名 */
            name: string;
            /**
             * Format: date
             * @description Date of birth.
             */
            birth_date?: string | null;
            /** @description `female` or `male`. */
            sex?: string | null;
            /** @description Identity in the system that the roster came from. */
            source_id?: string | null;
            /** @description Free words that policies may match. */
            tags: string[];
            /** @description `active` or `left`. */
            status: string;
            /**
             * Format: int64
             * @description For If-Match.
             */
            version: number;
            /** @description Times in classes, newest first. */
            enrolments: components["schemas"]["EnrolmentView"][];
        };
        /** @description One person, by `person_id` or `number`. */
        PersonEntry: {
            /**
             * Format: uuid
             * @description The person.
             */
            person_id?: string | null;
            /** @description The person's number (学号). */
            number?: string | null;
            /** @description The name, compared with that of the roster when given. */
            name?: string | null;
            /**
             * Format: int32
             * @description Minutes.
             */
            minutes?: number | null;
            /**
             * Format: int32
             * @description Quantity.
             */
            quantity?: number | null;
        };
        /** @description A requirement of a person. */
        PersonRequirement: {
            /** @description The requirement. */
            id: string;
            /** @description Met or not. */
            met: boolean;
            /** @description How much is missing where that can be said in one unit; 0 when met. */
            shortfall?: string | null;
        };
        /** @description A person with the enrolment of today. */
        PersonView: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /** @description `student` or `teacher`. */
            kind: string;
            /** @description 学号 */
            number: string;
            /** @description 姓名 */
            name: string;
            /** @description `active` or `left`. */
            status: string;
            /**
             * Format: uuid
             * @description The school of today's enrolment.
             */
            school_id?: string | null;
            /** @description Its name. */
            school_name_zh?: string | null;
            /**
             * Format: uuid
             * @description The class of today's enrolment.
             */
            class_id?: string | null;
            /**
             * Format: int32
             * @description The grade of today's enrolment; null for staff.
             */
            grade?: number | null;
            /** @description The name of the class within the grade. */
            class_name?: string | null;
        };
        /** @description A page of persons, and what the numbers are. */
        PersonsReport: components["schemas"]["About"] & components["schemas"]["Page_PersonView"];
        /** @description One school, grade or class. */
        PlaceFigures: components["schemas"]["Reached"] & {
            /**
             * Format: uuid
             * @description The school, or the school of the class.
             */
            school_id?: string | null;
            /**
             * Format: uuid
             * @description The class.
             */
            class_id?: string | null;
            /**
             * Format: int32
             * @description The grade, or the grade of the class.
             */
            grade?: number | null;
            /** @description Name of the school or class. */
            name?: string | null;
            /** @description Name of the school of a class. */
            school_name?: string | null;
        };
        /** @description One school, grade or class. */
        PlaceSums: components["schemas"]["Sums"] & {
            /**
             * Format: uuid
             * @description The school, or the school of the class.
             */
            school_id?: string | null;
            /**
             * Format: uuid
             * @description The class.
             */
            class_id?: string | null;
            /**
             * Format: int32
             * @description The grade, or the grade of the class.
             */
            grade?: number | null;
            /** @description Name of the school or class; null where it is not known, and of grades. */
            name?: string | null;
            /**
             * Format: int64
             * @description Persons enrolled here within the period.
             */
            enrolled: number;
            /** @description Share of the enrolled that took part, four places. */
            participation?: string | null;
        };
        /** @description What a check found. */
        PolicyCheck: {
            /** @description Whether it can be published. */
            ok: boolean;
            /** @description What is wrong, in order of lines. */
            problems: components["schemas"]["PolicyProblem"][];
            /** @description Cases that do not give what they say. */
            failed_cases: components["schemas"]["FailedCase"][];
            /** @description How many cases there are. */
            cases: number;
        };
        /** @description A published version with its text. */
        PolicyDetail: components["schemas"]["PolicyView"] & {
            /** @description The YAML text, as published. */
            document: string;
            /** @description The rules as sentences in Chinese. */
            sentences_zh: string[];
            /** @description The rules as sentences in English. */
            sentences_en: string[];
        };
        /** @description A policy document. */
        PolicyDocument: {
            /** @description The YAML text. */
            document: string;
        };
        /** @description The policy version by which the numbers are. */
        PolicyMark: {
            /** @description The policy. */
            id: string;
            /** @description The version's name. */
            version: string;
            /**
             * Format: uuid
             * @description The version's id.
             */
            policy_version_id: string;
            /** @description Title in Chinese. */
            title_zh: string;
            /** @description Title in English. */
            title_en: string;
            /** @description True when values were made up for illustration; say so wherever the numbers are shown. */
            illustrative: boolean;
        };
        /** @description One thing wrong with a document. */
        PolicyProblem: {
            /** @description A stable word for the kind of problem. */
            code: string;
            /**
             * Format: int64
             * @description Line, from 1.
             */
            line: number;
            /** @description The way to the value. */
            path: string;
            /** @description What is wrong. */
            message: string;
            /** @description What to do. */
            help: string;
        };
        /** @description A published version. */
        PolicyView: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: uuid
             * @description The district that published it; none for those that come with kepu.
             */
            district_id?: string | null;
            /** @description The policy, the same through all versions. */
            policy_id: string;
            /** @description The version. */
            version: string;
            /** @description Title in Chinese. */
            title_zh: string;
            /** @description Title in English. */
            title_en: string;
            /** @description True when values were made up for illustration. */
            illustrative: boolean;
            /** @description SHA-256 of the text, hex. */
            digest: string;
            /**
             * Format: date-time
             * @description When it was published.
             */
            published_at: string;
        };
        /**
         * @description Whether somebody is there.
         * @enum {string}
         */
        Presence: "present" | "absent";
        /** @description Who is there. */
        PresenceRequest: {
            /** @description The code as scanned. */
            code: string;
            /** @description A teacher's group; nobody, if a student speaks of itself. */
            person_ids?: string[];
            /**
             * @description `out` when leaving a session that counts minutes.
             * @example in
             */
            direction?: string;
        };
        /** @description The body of an error answer. */
        Problem: {
            /** @description Always `about:blank`: the `code` tells errors apart. */
            type: string;
            /** @description The status in words. */
            title: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description Stable code for programs. */
            code: string;
            /** @description What happened and what to do, for people. */
            detail: string;
            /** @description Id of the request, to be quoted to who runs the service. */
            instance: string;
            /** @description What is wrong, field by field. */
            errors?: components["schemas"]["FieldError"][];
        };
        /** @description How far a background job has come. */
        Progress: {
            /**
             * Format: int64
             * @description Rows done.
             */
            done: number;
            /**
             * Format: int64
             * @description Rows in all; 0 while the file is being read.
             */
            total: number;
        };
        /** @description A measure of a requirement. */
        ProgressView: {
            /** @description The requirement. */
            requirement: string;
            /** @description The measure. */
            measure: string;
            /** @description What the person has of it, a decimal. */
            have: string;
            /** @description What is asked for, a decimal. */
            needed: string;
        };
        /** @description What is to go up, and when. */
        PromoteRequest: {
            /**
             * Format: uuid
             * @description The school; without it, all of the district.
             */
            school?: string | null;
            /**
             * Format: int32
             * @description The school year that ends, named by the year in which it started.
             */
            from_school_year: number;
            /**
             * Format: date
             * @description The first day in the new classes.
             */
            effective_on: string;
            /** @description Only show what would happen. */
            dry_run?: boolean;
            /**
             * Format: int32
             * @description The highest grade of the school, whose pupils leave. By default what the school's attribute `top_grade` says, else the
             *     end of its stage: 6, 9 or 12.
             */
            top_grade?: number | null;
        };
        /** @description What happens, or happened. */
        PromotionView: {
            /** @description Nothing was changed. */
            dry_run: boolean;
            /**
             * Format: int32
             * @description The new school year.
             */
            to_school_year: number;
            /**
             * Format: int64
             * @description Persons who go on.
             */
            promoted: number;
            /**
             * Format: int64
             * @description Persons who leave.
             */
            left: number;
            /** @description Class by class; classes without persons are left out. */
            classes: components["schemas"]["ClassPromotion"][];
        };
        /** @description A session that anybody may know of. Nobody's name is in it. */
        PublicSession: {
            /**
             * Format: uuid
             * @description The session.
             */
            id: string;
            /** @description Title of the activity in Chinese. */
            title_zh: string;
            /** @description Title in English; empty if it has none. */
            title_en: string;
            /** @description What it is. */
            kind: string;
            grades?: components["schemas"]["Grades"] | null;
            /**
             * Format: int32
             * @description How long it takes, in minutes.
             */
            minutes: number;
            /** @description Code of the district. */
            district_code: string;
            /** @description Its name. */
            district_name_zh: string;
            /**
             * Format: uuid
             * @description The host.
             */
            host_id: string;
            /** @description The host's name in Chinese. */
            host_name_zh: string;
            /** @description The host's name in English; empty if it has none. */
            host_name_en: string;
            /**
             * Format: date-time
             * @description When it begins.
             */
            starts_at: string;
            /**
             * Format: date-time
             * @description When it ends.
             */
            ends_at: string;
            /** @description Where. */
            place: string;
            /**
             * Format: int32
             * @description How many guests; null for any number.
             */
            capacity?: number | null;
            /**
             * Format: int64
             * @description How many places are left; null for any number.
             */
            free_places?: number | null;
            /**
             * Format: date-time
             * @description When its places open; null for at once.
             */
            opens_at?: string | null;
            /**
             * Format: date-time
             * @description Until when places are kept for schools; null for until it begins, or where none are.
             */
            to_all_at?: string | null;
        };
        /** @description Places that are kept for a school. */
        QuotaView: {
            /**
             * Format: uuid
             * @description The school.
             */
            school_id: string;
            /** @description Its name in Chinese. */
            school_name_zh: string;
            /** @description Its name in English; empty if it has none. */
            school_name_en: string;
            /**
             * Format: int32
             * @description How many.
             */
            places: number;
        };
        /** @description How many are reached, and what they have. */
        Reached: {
            /**
             * Format: int64
             * @description Persons enrolled within the period.
             */
            enrolled: number;
            /**
             * Format: int64
             * @description Persons with a record.
             */
            participants: number;
            /**
             * Format: int64
             * @description Persons with credit.
             */
            earners: number;
            /** @description Share of the enrolled that took part, four places; null of none. */
            participation?: string | null;
            /**
             * Format: int64
             * @description Records.
             */
            records: number;
            /** @description Credit. */
            credits: string;
            /** @description Credit per enrolled person, rounded to thousandths; null of none. */
            credits_per_enrolled?: string | null;
        };
        /** @description Why. */
        ReasonRequest: {
            /** @description Why. */
            reason: string;
        };
        /** @description A reason in code and words. */
        ReasonView: {
            /** @description Stable code. */
            code: string;
            /** @description Its parameters. */
            params: Record<string, never>;
            /** @description In words. */
            text: string;
        };
        /** @description What became of each person. */
        RecordAnswer: {
            /**
             * Format: uuid
             * @description The session.
             */
            session_id: string;
            /** @description Newly recorded or registered. */
            recorded: number;
            /** @description On the waitlist. */
            waitlisted: number;
            /** @description Were there already. */
            already: number;
            /** @description Refused. */
            refused: number;
            /** @description One for each person, in the order of the request. */
            outcomes: components["schemas"]["RecordOutcome"][];
        };
        /** @description What became of one person. */
        RecordOutcome: {
            /**
             * Format: int64
             * @description Place in the request (from 0), or row of the sheet as its reader counts it.
             */
            index: number;
            /**
             * Format: uuid
             * @description The person, if found.
             */
            person_id?: string | null;
            /** @description The number. */
            number?: string | null;
            /** @description The name in the roster. */
            name?: string | null;
            /** @description `recorded`, `registered`, `waitlisted`, `already` or `refused`. */
            outcome: string;
            /** @description Why, for programs; `no_show_warning` of one who is registered and did not come before. */
            code?: string | null;
            /** @description Why, and what to do. */
            message?: string | null;
            /**
             * Format: uuid
             * @description The participation.
             */
            participation_id?: string | null;
            /**
             * Format: int64
             * @description The place in the waitlist, from 1, of one who waits; null of others.
             */
            waitlist_place?: number | null;
            /**
             * Format: date
             * @description The last day on which one who was refused as `barred` cannot be registered; null of others.
             */
            barred_until?: string | null;
        };
        /** @description Who took part. */
        RecordRequest: {
            /** @description Persons, by id or number. */
            persons?: components["schemas"]["PersonEntry"][];
            /**
             * Format: uuid
             * @description A whole class, as it was on the session's day.
             */
            class_id?: string | null;
            /** @description Persons of that class who did not take part. */
            except?: string[];
            /**
             * Format: int32
             * @description Minutes for all who have none of their own; the activity's planned minutes when not given.
             */
            minutes?: number | null;
            /**
             * Format: int32
             * @description Quantity for all who have none of their own.
             */
            quantity?: number | null;
        };
        /** @description A page of records, and what the numbers are. */
        RecordsReport: components["schemas"]["About"] & components["schemas"]["Page_RecordView"];
        /** @description Which token to exchange. */
        RefreshRequest: {
            /** @description The refresh token; leave the body away to use the cookie. */
            refresh_token?: string | null;
        };
        /** @description A line of the public register. */
        RegisterEntry: {
            /**
             * Format: uuid
             * @description The designation.
             */
            id: string;
            /** @description Code of the scheme. */
            scheme_code: string;
            /** @description Its name in Chinese. */
            scheme_name_zh: string;
            /** @description Its name in English. */
            scheme_name_en: string;
            /** @description The authority that runs it. */
            authority_name_zh: string;
            /** @description Code of the holder's district. */
            district_code: string;
            /** @description Its name. */
            district_name_zh: string;
            /** @description Kind of the holder. */
            organization_kind: string;
            /** @description Name of the holder in Chinese. */
            organization_name_zh: string;
            /** @description Name of the holder in English. */
            organization_name_en: string;
            /** @description Number of the licence. */
            number: string;
            /** @description Level under the scheme. */
            level?: string | null;
            /**
             * Format: date
             * @description First day.
             */
            valid_from: string;
            /**
             * Format: date
             * @description Last day; null if open.
             */
            valid_to?: string | null;
            /** @description Where it was published. */
            source: string;
        };
        /** @description Why a new pass is needed. */
        ReissueRequest: {
            /** @description What became of the old one. */
            reason: string;
        };
        /** @description One participation to reject. */
        RejectItem: {
            /**
             * Format: uuid
             * @description The participation.
             */
            participation_id: string;
            /** @description Why. */
            reason: string;
        };
        /** @description One requirement. */
        RequirementFigures: {
            /** @description The requirement. */
            id: string;
            /** @description What it is called. */
            title: string;
            /**
             * Format: int64
             * @description Eligible persons to whom it applies.
             */
            persons: number;
            /**
             * Format: int64
             * @description Who meet it.
             */
            met: number;
            /**
             * Format: int64
             * @description Who fall short.
             */
            short: number;
            /** @description Share of those who meet it, four places. */
            met_share?: string | null;
        };
        /** @description One requirement. */
        RequirementSums: {
            /** @description The requirement. */
            id: string;
            /** @description What it is called. */
            title: string;
            /**
             * Format: int64
             * @description Eligible persons to whom it applies.
             */
            persons: number;
            /**
             * Format: int64
             * @description Who meet it.
             */
            met: number;
            /**
             * Format: int64
             * @description Who fall short.
             */
            short: number;
            /** @description Share of those who meet it, four places. */
            met_share?: string | null;
            /**
             * Format: int64
             * @description Persons of the report who have no score, or may not earn.
             */
            without: number;
            /** @description How far those who fall short are from it, where that can be said in one unit. */
            shortfall: components["schemas"]["Shortfall"];
        };
        /** @description A requirement. */
        RequirementView: {
            /** @description The requirement. */
            id: string;
            /** @description Its title. */
            title: string;
            /** @description Whether it is met. */
            met: boolean;
            /** @description How much is missing where all that is missing has one unit; 0 when met. */
            shortfall?: string | null;
            /** @description What is missing: `measure`, `unit`, `have`, `needed`, `short`. */
            missing: Record<string, never>[];
            /** @description In words. */
            text: string;
        };
        /** @description What to correct; what is left out stays. For another competition or other members, withdraw and submit again. */
        ResultChange: {
            /**
             * Format: date
             * @description The day of the award.
             */
            achieved_on?: string | null;
            /** @description Level at which it was won. */
            contest_level?: string | null;
            /** @description The award; null if there is a place instead. */
            award?: string | null;
            /**
             * Format: int32
             * @description The place in a ranked list; null for none.
             */
            place?: number | null;
            /**
             * Format: int32
             * @description How many places the list names; null for none.
             */
            places_listed?: number | null;
            /** @description The work that was judged; null for none. */
            work_id?: string | null;
            /** @description Title of the work. */
            work_title?: string | null;
            /** @description Free words, all of them. */
            tags?: string[] | null;
        };
        /** @description A result with all that belongs to it. */
        ResultDetail: components["schemas"]["ResultView"] & {
            /** @description The results of the other members of the team. */
            others: components["schemas"]["ResultView"][];
            /** @description Files that prove it. */
            evidence: components["schemas"]["EvidenceView"][];
            /** @description Its life so far. */
            history: components["schemas"]["ResultStep"][];
        };
        /** @description Verified results of one level and award. */
        ResultFigures: {
            /** @description Level of the contest. */
            contest_level: string;
            /** @description The award; null where only a place was given. */
            award?: string | null;
            /**
             * Format: int64
             * @description Results: one for each person.
             */
            results: number;
            /**
             * Format: int64
             * @description Works or teams: what was judged once counts once.
             */
            achievements: number;
            /**
             * Format: int64
             * @description Persons.
             */
            persons: number;
        };
        /**
         * @description Where a result stands.
         * @enum {string}
         */
        ResultState: "submitted" | "returned" | "verified" | "revoked" | "withdrawn";
        /** @description A step of a result's life. */
        ResultStep: {
            from?: components["schemas"]["ResultState"] | null;
            /** @description To this state. */
            to: components["schemas"]["ResultState"];
            /** @description Why, or what. */
            reason: string;
            /**
             * Format: uuid
             * @description The account.
             */
            account_id: string;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
        };
        /** @description What one person achieved. */
        ResultView: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: uuid
             * @description The competition.
             */
            competition_id: string;
            /** @description Its name in Chinese. */
            competition_name_zh: string;
            /** @description Whether it is on the published list. */
            listed: boolean;
            /**
             * Format: uuid
             * @description The person.
             */
            person_id: string;
            /** @description Student number. */
            person_number: string;
            /** @description Name. */
            person_name: string;
            /**
             * Format: uuid
             * @description School of the day.
             */
            school_id?: string | null;
            /**
             * Format: uuid
             * @description Class of the day.
             */
            class_id?: string | null;
            /**
             * Format: int32
             * @description Grade of the day.
             */
            grade?: number | null;
            /**
             * Format: date
             * @description The day of the award.
             */
            achieved_on: string;
            /** @description Level at which it was won: national, provincial, city, county, town, school … */
            contest_level: string;
            /** @description The award: first, second, third, excellence … */
            award?: string | null;
            /**
             * Format: int32
             * @description The place in a ranked list.
             */
            place?: number | null;
            /**
             * Format: int32
             * @description How many places the list names.
             */
            places_listed?: number | null;
            /** @description The work that was judged. */
            work_id?: string | null;
            /** @description Its title. */
            work_title: string;
            team?: components["schemas"]["TeamPlace"] | null;
            /** @description Free words that policies may match. */
            tags: string[];
            /** @description Where it stands. */
            state: components["schemas"]["ResultState"];
            /** @description Why it was returned, revoked or withdrawn. */
            reason: string;
            /**
             * Format: uuid
             * @description Account that submitted it.
             */
            submitted_by: string;
            /**
             * Format: date-time
             * @description When.
             */
            submitted_at: string;
            /**
             * Format: uuid
             * @description Account that decided.
             */
            decided_by?: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            decided_at?: string | null;
            /**
             * Format: int64
             * @description Files that are there as evidence.
             */
            evidence_count: number;
            /**
             * Format: int64
             * @description For If-Match.
             */
            version: number;
            /**
             * Format: date-time
             * @description When it was last changed.
             */
            updated_at: string;
        };
        /** @description How many scans are in doubt. */
        ReviewCount: {
            /**
             * Format: int64
             * @description At one's hosts; for the district at all.
             */
            waiting: number;
            /**
             * Format: int64
             * @description Of those, whose host has let its time pass: the district may decide, too.
             */
            overdue: number;
        };
        /** @description What was decided. */
        ReviewRequest: {
            /**
             * @description `accept`: the scan counts; `refuse`: it does not.
             * @example accept
             */
            decision: string;
            /** @description Why. */
            reason: string;
        };
        /** @description A scan in doubt. */
        ReviewView: components["schemas"]["ScanView"] & {
            /** @description The activity's title. */
            activity_title_zh: string;
            /** @description The same in English; may be empty. */
            activity_title_en: string;
            /**
             * Format: date-time
             * @description When the session began.
             */
            starts_at: string;
            /**
             * Format: uuid
             * @description The host.
             */
            host_id: string;
            /** @description Its name. */
            host_name_zh: string;
            /** @description The same in English; may be empty. */
            host_name_en: string;
            /**
             * Format: date-time
             * @description Until when the host alone decides.
             */
            due_at: string;
            /** @description Whether that has passed. */
            overdue: boolean;
        };
        /** @description A file with what it is for. */
        RosterUpload: {
            /**
             * Format: binary
             * @description XLSX or CSV with one row a person (学校, 年级, 班级, 学号, 姓名, 出生日期, 性别, or school, grade, class, number, name,
             *     `birth_date`, sex), or `OneRoster` 1.2 CSV in a zip.
             */
            file: string;
            /** @description The school that the file is for, by id or code. Without it, the whole district; an account of one school need not say it. */
            school?: string | null;
            /**
             * Format: date
             * @description Moves close and open enrolments on this day; today if left away.
             */
            effective_on?: string | null;
            /**
             * Format: int32
             * @description The year in which the school year starts; by default what the file or the day says.
             */
            school_year?: number | null;
            /** @description `full` (who is missing leaves; the default) or `partial` (nobody leaves). A `OneRoster` file says it itself. */
            mode?: string | null;
        };
        /** @description The cells to write anew; what is left away stays as the file has it. */
        RowFix: {
            /** @description 学校, code or name. */
            school?: string | null;
            /** @description 年级 */
            grade?: string | null;
            /** @description 班级 */
            class?: string | null;
            /** @description 学号 */
            number?: string | null;
            /** @description 姓名 */
            name?: string | null;
            /** @description 出生日期 */
            birth_date?: string | null;
            /** @description 性别 */
            sex?: string | null;
            /** @description 身份: student or teacher. */
            kind?: string | null;
        };
        /** @description A row of an import. */
        RowView: {
            /**
             * Format: int64
             * @description The row as a person sees it in the file; those who leave are numbered after the last.
             */
            row_no: number;
            /** @description `added`, `changed`, `moved`, `left`, `refused`, `unchanged`. */
            outcome: string;
            /** @description 学号 */
            number: string;
            /** @description 姓名 */
            name: string;
            /**
             * Format: uuid
             * @description The person, if it is one who is known, or will be.
             */
            person_id?: string | null;
            /** @description `student` or `teacher`. */
            kind?: string | null;
            /**
             * Format: date
             * @description Date of birth after the import.
             */
            birth_date?: string | null;
            /** @description Sex after the import. */
            sex?: string | null;
            /** @description Identity in the system that the file comes from. */
            source_id?: string | null;
            /**
             * Format: uuid
             * @description The school in which the row puts the person; null if the person stays where it is.
             */
            school_id?: string | null;
            /**
             * Format: int32
             * @description The grade in which the row puts the person.
             */
            grade?: number | null;
            /** @description The class in which the row puts the person. */
            class?: string | null;
            /** @description The cells as written, of a refused row. */
            cells: Record<string, never>;
            /** @description What changes. */
            changes: components["schemas"]["ChangeView"][];
            /** @description Why the row is refused. */
            errors: components["schemas"]["FieldError"][];
        };
        /** @description One rule. */
        RuleSums: components["schemas"]["Sums"] & {
            /** @description The rule; empty for records that no rule priced. */
            rule: string;
            /** @description What it is called. */
            title: string;
            /** @description Its category. */
            category: string;
            /** @description Share of all credit, four places. */
            share?: string | null;
        };
        /** @description One scan, as a device made it. */
        ScanItem: {
            /**
             * Format: uuid
             * @description Made by the device (UUIDv7) before it sent anything; the same id is the same scan, for ever.
             */
            id: string;
            /**
             * Format: date-time
             * @description When, by the device's clock.
             */
            scanned_at: string;
            /**
             * Format: int64
             * @description What must be added to the device's clock, as it measured; null if it could not.
             */
            clock_offset_ms?: number | null;
            /**
             * @description Which way.
             * @example in
             */
            direction: string;
            /**
             * @description How: `pass`, `hand`, `class` or `code`.
             * @example pass
             */
            method: string;
            /** @description The text of the pass, for `pass`. */
            pass?: string | null;
            /**
             * Format: uuid
             * @description Who was picked, for the other methods.
             */
            person_id?: string | null;
            /** @description The rotating code, for `code`. */
            code?: string | null;
        };
        /** @description A scan as stored. */
        ScanView: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: uuid
             * @description The session.
             */
            session_id: string;
            /**
             * Format: uuid
             * @description The device.
             */
            device_id: string;
            /** @description How its guide calls it; null if it was never opened here. */
            device_name?: string | null;
            /**
             * Format: uuid
             * @description Who was signed in on it.
             */
            account_id: string;
            /**
             * Format: date-time
             * @description When, by the device's clock.
             */
            scanned_at: string;
            /**
             * Format: date-time
             * @description When, by the service's.
             */
            at: string;
            /**
             * Format: date-time
             * @description When the service got it.
             */
            received_at: string;
            /** @description `in` or `out`. */
            direction: string;
            /** @description `pass`, `hand`, `class` or `code`. */
            method: string;
            /** @description `accepted`, `duplicate_of`, `needs_review` or `refused`. */
            verdict: string;
            /** @description Why, for programs. */
            reason: string;
            /**
             * Format: uuid
             * @description The scan that says the same.
             */
            duplicate_of?: string | null;
            /** @description `accept` or `refuse`, if somebody looked at it. */
            decision?: string | null;
            /** @description Why that was decided. */
            decision_reason?: string | null;
            /**
             * Format: uuid
             * @description Who, if the host may know.
             */
            person_id?: string | null;
            /** @description The person's name, if the host may know. */
            name?: string | null;
            /** @description The person's class; within its grade, often a number alone. */
            class_name?: string | null;
            /**
             * Format: int32
             * @description Its grade.
             */
            grade?: number | null;
            /** @description What else the host should know. */
            flags: string[];
        };
        /** @description What became of scans. */
        ScansAnswer: {
            /**
             * Format: uuid
             * @description The session.
             */
            session_id: string;
            /**
             * Format: date-time
             * @description The service's clock, to compare with the device's.
             */
            server_time: string;
            /** @description Scans that count. */
            accepted: number;
            /** @description Scans that repeat another one. */
            duplicates: number;
            /** @description Scans that somebody must look at. */
            needs_review: number;
            /** @description Scans that do not count. */
            refused: number;
            /** @description Scans whose id was used for another scan: they were not stored. */
            conflicts: number;
            /** @description One for each scan, in the order of the request. */
            verdicts: components["schemas"]["VerdictView"][];
        };
        /** @description Scans of one device. */
        ScansRequest: {
            /**
             * Format: uuid
             * @description The device that made them.
             */
            device_id: string;
            /** @description In any order; sending one again is safe. */
            scans: components["schemas"]["ScanItem"][];
        };
        /** @description What to change; what is left out stays. */
        SchemeChange: {
            /** @description Name in Chinese. */
            name_zh?: string | null;
            /** @description Name in English. */
            name_en?: string | null;
            /** @description Kinds of organizations that may hold one; any if empty. Who holds one keeps it. */
            holder_kinds?: components["schemas"]["OrganizationKind"][] | null;
        };
        /** @description A scheme under which organizations are designated. */
        SchemeView: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: uuid
             * @description The authority that runs it.
             */
            authority_id: string;
            /** @description Code, which policies name in `host_designation`. */
            code: string;
            /** @description Name in Chinese. */
            name_zh: string;
            /** @description Name in English. */
            name_en: string;
            /** @description Kinds of organizations that may hold one; any if empty. */
            holder_kinds: string[];
            /**
             * Format: int64
             * @description For If-Match.
             */
            version: number;
            /**
             * Format: date-time
             * @description When it was entered.
             */
            created_at: string;
        };
        /** @description Places that are kept for a school. */
        SchoolQuota: {
            /**
             * Format: uuid
             * @description The school or kindergarten, of any district.
             */
            school_id: string;
            /**
             * Format: int32
             * @description How many.
             */
            places: number;
        };
        /** @description The person of a sheet. */
        ScorePerson: {
            /**
             * Format: uuid
             * @description Id.
             */
            id: string;
            /** @description Number. */
            number: string;
            /** @description Name. */
            name: string;
            /**
             * Format: uuid
             * @description School now.
             */
            school_id?: string | null;
            /**
             * Format: uuid
             * @description Class now.
             */
            class_id?: string | null;
            /**
             * Format: int32
             * @description Grade now.
             */
            grade?: number | null;
        };
        /** @description The policy of a sheet. */
        ScorePolicy: {
            /** @description The policy. */
            id: string;
            /** @description The version's name. */
            version: string;
            /**
             * Format: uuid
             * @description The version's id.
             */
            policy_version_id: string;
            /** @description Title in Chinese. */
            title_zh: string;
            /** @description Title in English. */
            title_en: string;
            /** @description True when values were made up for illustration; say so wherever its numbers are shown. */
            illustrative: boolean;
        };
        /** @description A person's total. */
        ScoreSummary: {
            /**
             * Format: uuid
             * @description The person.
             */
            person_id: string;
            /** @description Number. */
            number: string;
            /** @description Name. */
            name: string;
            /**
             * Format: uuid
             * @description School now.
             */
            school_id?: string | null;
            /**
             * Format: uuid
             * @description Class now.
             */
            class_id?: string | null;
            /**
             * Format: int32
             * @description Grade now.
             */
            grade?: number | null;
            /** @description The policy. */
            policy_id: string;
            /** @description Whether the person may earn. */
            eligible: boolean;
            /** @description Sum of credit, a decimal. */
            total: string;
            /** @description Ladder → level. */
            levels: Record<string, never>;
            /** @description Output → value. */
            outputs: Record<string, never>;
            /** @description Requirements: `id`, `met`, `shortfall`, `missing`. */
            requirements: Record<string, never>[];
            /** @description How far the person is with each measure that a requirement asks for. */
            progress: components["schemas"]["ProgressView"][];
            /**
             * Format: int32
             * @description Soft rules that wait for a decision.
             */
            flags: number;
            /**
             * Format: date-time
             * @description When it was computed.
             */
            computed_at: string;
        };
        /** @description A person's explained score. */
        ScoreView: {
            /** @description The person. */
            person: components["schemas"]["ScorePerson"];
            /** @description The policy version. */
            policy: components["schemas"]["ScorePolicy"];
            /**
             * Format: date-time
             * @description The moment as of which it is, when one was asked for.
             */
            as_of?: string | null;
            /** @description Whether the person may earn. */
            eligible: boolean;
            not_eligible?: components["schemas"]["ReasonView"] | null;
            /** @description Sum of credit, a decimal. */
            total: string;
            /** @description Measure → value. */
            measures: {
                [key: string]: string;
            };
            /** @description Ladder → level; null below the first. */
            levels: {
                [key: string]: string | null;
            };
            /** @description Ladder → what is missing to the next level; ladders that are climbed are left out. */
            next: {
                [key: string]: components["schemas"]["NextView"];
            };
            /** @description Output → value. */
            outputs: {
                [key: string]: string | null;
            };
            /** @description Requirements in the order of the policy. */
            requirements: components["schemas"]["RequirementView"][];
            /** @description One line for each record, in order of time. */
            lines: components["schemas"]["LineView"][];
        };
        /** @description Why. */
        SessionCancellation: {
            /** @description Why, for those who wanted to come. */
            reason: string;
        };
        /** @description What to change; what is left out stays. */
        SessionChange: {
            /**
             * Format: date-time
             * @description When it begins; settled once it has begun.
             */
            starts_at?: string | null;
            /**
             * Format: date-time
             * @description When it ends; settled once it has begun.
             */
            ends_at?: string | null;
            /** @description Where. */
            place?: string | null;
            /**
             * Format: int32
             * @description How many guests; null for any number.
             */
            capacity?: number | null;
            /**
             * Format: date-time
             * @description When its places open; null for at once. Settled once it has begun.
             */
            opens_at?: string | null;
            /**
             * Format: date-time
             * @description Until when the quotas hold; null for until it begins. Settled once it has begun.
             */
            to_all_at?: string | null;
            /** @description Places that are kept for schools, in place of those of before. Settled once it has begun. */
            quotas?: components["schemas"]["SchoolQuota"][] | null;
            door_mode?: components["schemas"]["DoorMode"] | null;
            /** @description Whether it takes who was not registered. */
            walk_ins?: boolean | null;
            status?: components["schemas"]["Taking"] | null;
        };
        /** @description When the copies begin. */
        SessionCopies: {
            /** @description One copy for each; it is as long as the original. */
            starts_at: string[];
        };
        /** @description How many persons are in a session, by the state of their participation. */
        SessionCounts: {
            /**
             * Format: int64
             * @description Will come.
             */
            registered: number;
            /**
             * Format: int64
             * @description Would come if a place became free.
             */
            waitlisted: number;
            /**
             * Format: int64
             * @description Are or were there, says the door; wait to be confirmed.
             */
            attended: number;
            /**
             * Format: int64
             * @description Were there, says the school; wait to be confirmed.
             */
            recorded: number;
            /**
             * Format: int64
             * @description Were there, says the host.
             */
            confirmed: number;
            /**
             * Format: int64
             * @description Did not come.
             */
            absent: number;
            /**
             * Format: int64
             * @description Were rejected.
             */
            rejected: number;
            /**
             * Format: int64
             * @description Places that are left, after the guests of all districts; null for any number.
             */
            free_places?: number | null;
        };
        /**
         * @description Whether a session takes guests.
         * @enum {string}
         */
        SessionStatus: "open" | "closed" | "cancelled";
        /** @description A session, with what its activity says about it. */
        SessionView: {
            /**
             * Format: uuid
             * @description Identity.
             */
            id: string;
            /**
             * Format: uuid
             * @description The activity.
             */
            activity_id: string;
            /** @description Its title in Chinese. */
            activity_title_zh: string;
            /** @description Its title in English; empty if it has none. */
            activity_title_en: string;
            /** @description What it is. */
            kind: string;
            grades?: components["schemas"]["Grades"] | null;
            /**
             * Format: int32
             * @description How long it takes, in minutes, as credit is counted.
             */
            minutes: number;
            /**
             * Format: uuid
             * @description The district where it happens.
             */
            district_id: string;
            /**
             * Format: uuid
             * @description The host.
             */
            host_id: string;
            /** @description The host's name in Chinese. */
            host_name_zh: string;
            /** @description The host's name in English; empty if it has none. */
            host_name_en: string;
            /**
             * Format: date-time
             * @description When it begins.
             */
            starts_at: string;
            /**
             * Format: date-time
             * @description When it ends.
             */
            ends_at: string;
            /** @description Where. */
            place: string;
            /**
             * Format: int32
             * @description How many guests; null for any number.
             */
            capacity?: number | null;
            /**
             * Format: date-time
             * @description When its places open; null for at once.
             */
            opens_at?: string | null;
            /**
             * Format: date-time
             * @description Until when the quotas hold; null for until it begins. From then on what is left is for all, the waitlist first.
             */
            to_all_at?: string | null;
            /** @description Places that are kept for schools, by their names; with none, places are for all from the opening on. */
            quotas: components["schemas"]["QuotaView"][];
            /** @description What its door takes note of. */
            door_mode: components["schemas"]["DoorMode"];
            /** @description Whether it takes who was not registered. */
            walk_ins: boolean;
            /** @description Whether it takes guests. */
            status: components["schemas"]["SessionStatus"];
            /** @description Why it was cancelled. */
            reason: string;
            counts?: components["schemas"]["SessionCounts"] | null;
            /**
             * Format: int64
             * @description For If-Match.
             */
            version: number;
            /**
             * Format: date-time
             * @description When it was entered.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was last changed.
             */
            updated_at: string;
        };
        /** @description A sheet in a form field called `file`. */
        SheetForm: {
            /**
             * Format: binary
             * @description CSV or XLSX with the columns 学号 (number), and if need be 姓名 (name), 时长 (minutes), 数量 (quantity).
             */
            file: string;
        };
        /** @description How much is missing. */
        Shortfall: {
            /**
             * Format: int64
             * @description Persons of whom it is known in one unit.
             */
            persons: number;
            /** @description The sum. */
            total: string;
            /** @description The smallest. */
            smallest?: string | null;
            /** @description The largest. */
            largest?: string | null;
        };
        /**
         * @description Stage of schooling.
         * @enum {string}
         */
        StageName: "primary" | "junior" | "senior" | "vocational";
        /**
         * @description Where an import stands.
         * @enum {string}
         */
        State: "staging" | "staged" | "committing" | "committed" | "discarded" | "failed";
        /** @description Why. */
        StatusChange: {
            /** @description Why, for the trail. */
            reason: string;
        };
        /** @description Sums over records. */
        Sums: {
            /**
             * Format: int64
             * @description Persons with a record.
             */
            participants: number;
            /**
             * Format: int64
             * @description Persons with credit.
             */
            earners: number;
            /**
             * Format: int64
             * @description Records.
             */
            records: number;
            /**
             * Format: int64
             * @description Records that count, at least in part.
             */
            counted: number;
            /**
             * Format: int64
             * @description Records of which limits left nothing.
             */
            cut: number;
            /**
             * Format: int64
             * @description Records left out.
             */
            refused: number;
            /**
             * Format: int64
             * @description Records for which a soft rule waits for a decision.
             */
            flagged: number;
            /** @description Credit before limits. */
            raw: string;
            /** @description Credit. */
            credits: string;
        };
        /**
         * @description Whether a session takes guests.
         * @enum {string}
         */
        Taking: "open" | "closed";
        /** @description A place in a team. */
        TeamPlace: {
            /**
             * Format: uuid
             * @description The team: the same for each of its results.
             */
            id: string;
            /**
             * Format: int32
             * @description Position of the person, from 1.
             */
            position?: number | null;
            /**
             * Format: int32
             * @description Members of the team.
             */
            size?: number | null;
        };
        /** @description What a successful sign-in or refresh answers. */
        Tokens: {
            /**
             * Format: uuid
             * @description The account.
             */
            account_id: string;
            /** @description Send it as `Authorization: Bearer …`. Missing when cookies were asked for. */
            access_token?: string | null;
            /** @description Exchange it once for new tokens. Missing when cookies were asked for. */
            refresh_token?: string | null;
            /**
             * Format: int64
             * @description Seconds until the access token expires.
             */
            expires_in: number;
            /** @description Only POST /api/v1/auth/password works until the password is changed. */
            must_change_password: boolean;
        };
        /** @description The whole of a report. */
        Totals: components["schemas"]["Sums"] & {
            /**
             * Format: int64
             * @description Persons with an enrolment here within the period.
             */
            enrolled: number;
            /** @description Share of the enrolled that took part, four places; null of none. */
            participation?: string | null;
            /**
             * Format: int64
             * @description Enrolled persons and participants together.
             */
            persons: number;
            /** @description Credit per enrolled person, rounded to thousandths; null of none. */
            credits_per_enrolled?: string | null;
        };
        /** @description What became of one scan. */
        VerdictView: {
            /**
             * Format: uuid
             * @description The scan.
             */
            scan_id: string;
            /** @description `accepted`, `duplicate_of`, `needs_review`, `refused`; or `conflict`: the id belongs to another scan. */
            verdict: string;
            /** @description Why, for programs: `in`, `already_in`, `not_on_list` … */
            reason: string;
            /**
             * Format: uuid
             * @description The scan that says the same.
             */
            duplicate_of?: string | null;
            /**
             * Format: date-time
             * @description When it happened, by the service's clock.
             */
            at: string;
            /**
             * Format: uuid
             * @description Who, if the host may know.
             */
            person_id?: string | null;
            /** @description The person's name, if the host may know. */
            name?: string | null;
            /** @description The person's class; within its grade, often a number alone. */
            class_name?: string | null;
            /**
             * Format: int32
             * @description Its grade.
             */
            grade?: number | null;
            /**
             * Format: date-time
             * @description When the person came.
             */
            in_at?: string | null;
            /**
             * Format: date-time
             * @description When the person left.
             */
            out_at?: string | null;
            /** @description What else the host should know: `late`, `clock_corrected`, `clock_unchecked`, `by_hand`. */
            flags: string[];
        };
        /** @description What became of them. */
        VerifyAnswer: {
            /** @description How many were verified, of those asked for. */
            verified: number;
            /** @description How many were not. */
            refused: number;
            /** @description One for each that was asked for, in that order. */
            outcomes: components["schemas"]["VerifyOutcome"][];
        };
        /** @description What became of one of them. */
        VerifyOutcome: {
            /**
             * Format: uuid
             * @description The result that was asked for.
             */
            id: string;
            /** @description Whether it is verified now. */
            verified: boolean;
            /** @description Why not: a stable code. */
            code?: string | null;
            /** @description Why not, in words. */
            detail?: string | null;
        };
        /** @description A session in which something waits for its host. */
        Waiting: {
            /**
             * Format: uuid
             * @description The session.
             */
            session_id: string;
            /**
             * Format: uuid
             * @description The host.
             */
            host_id: string;
            /** @description The activity's title in Chinese. */
            activity_title_zh: string;
            /** @description The activity's title in English. */
            activity_title_en: string;
            /**
             * Format: date-time
             * @description When the session began.
             */
            starts_at: string;
            /**
             * Format: int64
             * @description How many wait.
             */
            waiting: number;
            /**
             * Format: date-time
             * @description Since when the first of them waits.
             */
            oldest_recorded_at: string;
        };
        /** @description Sessions with what waits for a host. */
        WaitingList: {
            /** @description That which has waited longest first; at most 500. */
            items: components["schemas"]["Waiting"][];
        };
        /** @description What became of each participation. */
        WithdrawAnswer: {
            /**
             * Format: uuid
             * @description The session.
             */
            session_id: string;
            /** @description Taken back. */
            withdrawn: number;
            /** @description Refused: nothing changed. */
            refused: number;
            /** @description Of the waitlist, who took the places that became free. */
            admitted: number;
            /** @description One for each participation, in the order of the request. */
            outcomes: components["schemas"]["WithdrawOutcome"][];
        };
        /** @description What became of one participation. */
        WithdrawOutcome: {
            /**
             * Format: uuid
             * @description The participation.
             */
            participation_id: string;
            /**
             * Format: uuid
             * @description The person, if found.
             */
            person_id?: string | null;
            /** @description The person's name, if found. */
            name?: string | null;
            /** @description `withdrawn` or `refused`. */
            outcome: string;
            /** @description Why it was refused, for programs. */
            code?: string | null;
            /** @description Why it was refused, and what to do. */
            message?: string | null;
        };
        /** @description Which to take back. */
        WithdrawRequest: {
            /** @description Participations of the session, as the answer of the recording names them. */
            participations: string[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_accounts: {
        parameters: {
            query?: {
                /** @description Part of the login or of the name. */
                q?: string;
                /** @description With this role. */
                role?: string;
                /** @description With a right over this organization. */
                organization_id?: string;
                /** @description `active` or `disabled`. */
                status?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accounts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AccountView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAccount"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OneTimePassword"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The account */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_account: {
        parameters: {
            query?: never;
            header: {
                /** @description Its ETag */
                "If-Match": string;
            };
            path: {
                /** @description The account */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountChange"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_grant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The account */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewGrant"];
            };
        };
        responses: {
            /** @description Given */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_grant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The account */
                id: string;
                /** @description The right */
                grant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset_password: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The account */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The one-time password */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OneTimePassword"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_activities: {
        parameters: {
            query?: {
                /** @description Of this host, whatever its district. */
                host_id?: string;
                /** @description Those of all districts. */
                everywhere?: boolean;
                /** @description Of this kind. */
                kind?: string;
                /** @description For this grade. */
                grade?: number;
                /** @description With this tag. */
                tag?: string;
                /** @description In this status. */
                status?: components["schemas"]["ActivityStatus"];
                /** @description Whose code or title holds this text. */
                q?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of activities */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ActivityView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_activity: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewActivity"];
            };
        };
        responses: {
            /** @description Added */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_activity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The activity */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The activity */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_activity: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The activity */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActivityChange"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_adoptions: {
        parameters: {
            query?: {
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of adoptions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AdoptionView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    adopt_policy: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeat safely with the same key */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AdoptRequest"];
            };
        };
        responses: {
            /** @description Being computed */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdoptionView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_adoption: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The adoption */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The adoption */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdoptionView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    discard_adoption: {
        parameters: {
            query?: never;
            header: {
                /** @description The version that was read */
                "If-Match": string;
            };
            path: {
                /** @description The adoption */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Discarded */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdoptionView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    make_adoption_effective: {
        parameters: {
            query?: never;
            header: {
                /** @description The version that was read */
                "If-Match": string;
            };
            path: {
                /** @description The adoption */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Being applied; poll until it is `effective` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdoptionView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_audit_events: {
        parameters: {
            query?: {
                /** @description `noun.verb`, or all of a noun with a trailing point: `participation.`. */
                action?: string;
                /** @description The noun. */
                object_kind?: string;
                /** @description The object. */
                object_id?: string;
                /** @description Who did it. */
                account_id?: string;
                /** @description Not before. */
                from?: string;
                /** @description Before. */
                to?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Entries */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuditEventView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginRequest"];
            };
        };
        responses: {
            /** @description Signed in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logout_everywhere: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Changed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RefreshRequest"] | null;
            };
        };
        responses: {
            /** @description New tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_my_devices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description My devices */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceList"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_authorities: {
        parameters: {
            query?: {
                /** @description `country`, `province`, `city` or `district`. */
                level?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Authorities */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuthorityView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_authority: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAuthority"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthorityView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_classes: {
        parameters: {
            query?: {
                /** @description Of this school. */
                school?: string;
                /** @description Of this school year, named by the year in which it starts. */
                school_year?: number;
                /** @description Of this grade. */
                grade?: number;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Classes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ClassView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    promote_classes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PromoteRequest"];
            };
        };
        responses: {
            /** @description What happened, or would happen */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromotionView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    class_passes: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The class */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cards */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/pdf": unknown;
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_class_persons: {
        parameters: {
            query?: {
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The class */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Persons */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_PersonView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_competitions: {
        parameters: {
            query?: {
                /** @description Whose name or series holds this text. */
                q?: string;
                /** @description Open to this stage. */
                stage?: components["schemas"]["StageName"];
                /** @description Valid on this day. */
                on?: string;
                /** @description On the published list, or not. */
                listed?: boolean;
                /** @description Of this series. */
                series?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of competitions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_CompetitionView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_competition: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCompetition"];
            };
        };
        responses: {
            /** @description Added */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompetitionView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_competition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The competition */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The competition */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompetitionView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_competition: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The competition */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompetitionChange"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompetitionView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_designations: {
        parameters: {
            query?: {
                /** @description Under the scheme of this code. */
                scheme?: string;
                /** @description In force on this day. */
                on?: string;
                /** @description Whose holder's name, or whose number, holds this text. */
                q?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of designations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DesignationView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_designation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The designation */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The designation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DesignationView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_designation: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The designation */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DesignationChange"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DesignationView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_designation: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The designation */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DesignationEnd"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DesignationView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_districts: {
        parameters: {
            query?: {
                /** @description Of this city or province. */
                parent_id?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Districts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DistrictView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_district: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDistrict"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DistrictView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_district: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The district */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The district */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DistrictView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_district: {
        parameters: {
            query?: never;
            header: {
                /** @description Its ETag */
                "If-Match": string;
            };
            path: {
                /** @description The district */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DistrictChange"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DistrictView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account that asks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_organizations: {
        parameters: {
            query?: {
                /** @description Those of another district than that of the request. */
                district_id?: string;
                /** @description Those of all districts. */
                everywhere?: boolean;
                /** @description Of this kind. */
                kind?: components["schemas"]["OrganizationKind"];
                /** @description In this status. */
                status?: components["schemas"]["OrganizationStatus"];
                /** @description Whose code or name holds this text. */
                q?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of organizations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_OrganizationView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_organization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOrganization"];
            };
        };
        responses: {
            /** @description Registered */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_organization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The organization */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The organization */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_organization: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The organization */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganizationChange"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    close_organization: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The organization */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatusChange"];
            };
        };
        responses: {
            /** @description Closed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_organization_designations: {
        parameters: {
            query?: {
                /** @description Under the scheme of this code. */
                scheme?: string;
                /** @description In force on this day. */
                on?: string;
                /** @description Whose holder's name, or whose number, holds this text. */
                q?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The organization */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of designations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DesignationView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    grant_designation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The organization */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDesignation"];
            };
        };
        responses: {
            /** @description Granted */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DesignationView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reopen_organization: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The organization */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatusChange"];
            };
        };
        responses: {
            /** @description Open again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_participations: {
        parameters: {
            query?: {
                /** @description Of this session. */
                session?: string;
                /** @description Of this person. */
                person?: string;
                /** @description Of this class on the session's day. */
                class?: string;
                /** @description Of this school on the session's day. */
                school?: string;
                /** @description At this host. */
                host?: string;
                /** @description In this state, or one of these, separated by commas. */
                state?: string;
                /** @description Recorded by this account. */
                recorded_by?: string;
                /** @description Of sessions that begin on this day or later, by the clock of the district. */
                from?: string;
                /** @description Of sessions that begin on this day or earlier. */
                to?: string;
                /** @description In the order of entry: `entered`, the default, or `-entered`, the newest first. */
                sort?: "entered" | "-entered";
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of participations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ListedParticipation"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_participation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The participation */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The participation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ParticipationDetail"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    amend_participation: {
        parameters: {
            query?: never;
            header: {
                /** @description The version that was read */
                "If-Match": string;
            };
            path: {
                /** @description The participation */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AmendRequest"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ParticipationView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    void_participation: {
        parameters: {
            query?: never;
            header: {
                /** @description The version that was read */
                "If-Match": string;
            };
            path: {
                /** @description The participation */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReasonRequest"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ParticipationView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdraw_participation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The participation */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ParticipationView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_persons: {
        parameters: {
            query?: {
                /** @description Part of the name, or the beginning of the number. */
                query?: string;
                /** @description Enrolled at this school today. */
                school?: string;
                /** @description Enrolled in this class today. */
                class?: string;
                /** @description Enrolled in this grade today. */
                grade?: number;
                /** @description `active` or `left`. */
                status?: "active" | "left";
                /** @description By number, if not given, or by name; with `-`, the last first. */
                sort?: "number" | "-number" | "name" | "-name";
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Persons */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_PersonView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_person: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonDetail"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_ledger: {
        parameters: {
            query?: {
                /** @description Only under this policy. */
                policy?: string;
                /** @description Only of this record. */
                record?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The person */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of entries */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_LedgerEntry"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_no_shows: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Absences and what follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NoShows"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_pass: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pass */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PassView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reissue_pass: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeat safely with the same key */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The person */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReissueRequest"];
            };
        };
        responses: {
            /** @description The new pass */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PassView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_score: {
        parameters: {
            query?: {
                /** @description The policy; needed where the district scores by several. */
                policy?: string;
                /**
                 * @description The sheet as it was at that moment (RFC 3339), or at the end of that day: by what was known and by the policy
                 *     version that was effective then. What is current in it, e.g. this school year, is so on that day; today when left
                 *     out.
                 */
                as_of?: string;
                /** @description Language of the reasons: `zh` (if not given) or `en`. */
                lang?: "zh" | "en";
            };
            header?: never;
            path: {
                /** @description The person */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sheet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScoreView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_policies: {
        parameters: {
            query?: {
                /** @description Only versions of this policy. */
                policy_id?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of versions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_PolicyView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    publish_policy: {
        parameters: {
            query?: {
                /** @description Language in which it is told what is wrong: `zh` (if not given) or `en`. */
                lang?: string;
            };
            header?: {
                /** @description Repeat safely with the same key */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PolicyDocument"];
            };
        };
        responses: {
            /** @description Was published already with the same text */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyView"];
                };
            };
            /** @description Published */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    check_policy: {
        parameters: {
            query?: {
                /** @description Language in which it is told what is wrong: `zh` (if not given) or `en`. */
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PolicyDocument"];
            };
        };
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyCheck"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_policy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The policy version */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyDetail"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    public_sessions: {
        parameters: {
            query?: {
                /** @description On this day or later, by the clock of the session's district; from now on if left out. */
                from?: string;
                /** @description On this day or earlier. */
                to?: string;
                /** @description Code of the district. */
                district?: string;
                /** @description The host. */
                host?: string;
                /** @description What it is, as activities name it. */
                kind?: string;
                /** @description For this grade. */
                grade?: number;
                /** @description Whose title or host's name holds this text. */
                q?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of sessions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_PublicSession"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    public_register: {
        parameters: {
            query?: {
                /** @description In force on this day; today if left out. */
                on?: string;
                /** @description Code of the district. */
                district?: string;
                /** @description Code of the scheme. */
                scheme?: string;
                /** @description Whose holder's name, or whose number, holds this text. */
                q?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the register */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_RegisterEntry"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_credits: {
        parameters: {
            query?: {
                /** @description The policy; needed where the district scores by several. */
                policy?: string;
                /** @description Over what: `district`, `school` or `class`; by what else is given when left out. */
                level?: "district" | "school" | "class";
                /** @description The school. */
                school?: string;
                /** @description The class. */
                class?: string;
                /** @description First day, included. */
                from?: string;
                /** @description Last day, included. */
                to?: string;
                /** @description A term of the policy's calendar instead, e.g. `2025-autumn`. */
                term?: string;
                /** @description `json`, `csv` or `xlsx`. */
                format?: "json" | "csv" | "xlsx";
                /**
                 * @description Parts, separated by commas: `distribution`, `category`, `rule`, `requirement`, `level`, `host`, `school`, `grade`,
                 *     `class`. When left out: all, but classes of a whole district.
                 */
                group?: string;
                /** @description Language of titles and headers: `zh` or `en`. */
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report; CSV and XLSX as an attachment */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditsReport"];
                    "text/csv": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": number[];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_host: {
        parameters: {
            query?: {
                /** @description The host; may be left out by an account that answers for one. */
                host?: string;
                /** @description The policy; needed where the district scores by several. */
                policy?: string;
                /** @description First day, included. */
                from?: string;
                /** @description Last day, included. */
                to?: string;
                /** @description A term of the policy's calendar instead, e.g. `2025-autumn`. */
                term?: string;
                /** @description `json`, `csv` or `xlsx`. */
                format?: "json" | "csv" | "xlsx";
                /** @description Language of titles and headers: `zh` or `en`. */
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report; CSV and XLSX as an attachment */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostReport"];
                    "text/csv": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": number[];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_overview: {
        parameters: {
            query?: {
                /** @description The policy; needed where the district scores by several. */
                policy?: string;
                /** @description Over what: `district`, `school` or `class`; by what else is given when left out. */
                level?: "district" | "school" | "class";
                /** @description Of this school. */
                school?: string;
                /** @description Of this class. */
                class?: string;
                /** @description Of this grade. */
                grade?: number;
                /** @description Only at this host. */
                host?: string;
                /** @description Only of this category, as the policy names it. */
                category?: string;
                /** @description First day, included. */
                from?: string;
                /** @description Last day, included. */
                to?: string;
                /** @description A term of the policy's calendar instead, e.g. `2025-autumn`. */
                term?: string;
                /** @description Language of titles and names: `zh` or `en`. */
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The figures */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_persons: {
        parameters: {
            query?: {
                /** @description The policy; needed where the district scores by several. */
                policy?: string;
                /** @description Over what: `district`, `school` or `class`. When left out: by what else is given, else all that may be seen. */
                level?: "district" | "school" | "class";
                /** @description Of this school. */
                school?: string;
                /** @description Of this class. */
                class?: string;
                /** @description Of this grade. */
                grade?: number;
                /** @description `true`: only who meets every requirement that applies; `false`: only who is short of one; both as scores stand now. */
                met?: boolean;
                /** @description First day, included. */
                from?: string;
                /** @description Last day, included. */
                to?: string;
                /** @description A term of the policy's calendar instead, e.g. `2025-autumn`. */
                term?: string;
                /** @description `json` for a page, `csv` or `xlsx` for all. */
                format?: "json" | "csv" | "xlsx";
                /** @description Language of titles and headers: `zh` or `en`. */
                lang?: string;
                /** @description How many items, 50 if not given; not for files. */
                limit?: number;
                /** @description `next_cursor` of the page before; not for files. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; CSV and XLSX hold all as an attachment */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonsReport"];
                    "text/csv": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": number[];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_records: {
        parameters: {
            query?: {
                /** @description The policy; needed where the district scores by several. */
                policy?: string;
                /** @description Over what: `district`, `school` or `class`. When left out: by what else is given, else all that may be seen. */
                level?: "district" | "school" | "class";
                /** @description Of this school, on the record's day. */
                school?: string;
                /** @description Of this class, on the record's day. */
                class?: string;
                /** @description Of this grade, on the record's day. */
                grade?: number;
                /** @description At this host. */
                host?: string;
                /** @description `counted`, `cut` or `refused`. */
                status?: "counted" | "cut" | "refused";
                /** @description First day, included. */
                from?: string;
                /** @description Last day, included. */
                to?: string;
                /** @description A term of the policy's calendar instead, e.g. `2025-autumn`. */
                term?: string;
                /** @description `json` for a page, `csv` or `xlsx` for all. */
                format?: "json" | "csv" | "xlsx";
                /** @description Language of titles and headers: `zh` or `en`. */
                lang?: string;
                /** @description How many items, 50 if not given; not for files. */
                limit?: number;
                /** @description `next_cursor` of the page before; not for files. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; CSV and XLSX hold all as an attachment */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordsReport"];
                    "text/csv": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": number[];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_results: {
        parameters: {
            query?: {
                /** @description In this state. */
                state?: components["schemas"]["ResultState"];
                /** @description Of persons who were at this school on the day. */
                school_id?: string;
                /** @description Of this competition. */
                competition_id?: string;
                /** @description Of this person. */
                person_id?: string;
                /** @description Of this level: `national`, `provincial`, `city`, `county`, `town`, `school`. */
                level?: string;
                /** @description Achieved on this day or later. */
                from?: string;
                /** @description Achieved on this day or earlier. */
                to?: string;
                /** @description Submitted by this account. */
                submitted_by?: string;
                /** @description In the order of submission: `submitted`, the default, or `-submitted`, the newest first. */
                sort?: "submitted" | "-submitted";
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of results */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ResultView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    submit_result: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeat safely with the same key */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewResult"];
            };
        };
        responses: {
            /** @description Submitted: a result for each member */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AchievementView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    match_results: {
        parameters: {
            query: {
                /** @description The competition. */
                competition_id: string;
                /** @description The day of the award, for rows that do not say. */
                achieved_on?: string;
                /** @description Level at which it was won, for rows that do not say. */
                contest_level?: string;
                /** @description Only try: answer what would become of each row, and enter nothing. */
                dry_run?: boolean;
            };
            header?: {
                /** @description Repeat safely with the same key */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["MatchForm"];
            };
        };
        responses: {
            /** @description What became of each row */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MatchAnswer"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verify_results: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeat safely with the same key */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ManyResults"];
            };
        };
        responses: {
            /** @description What became of each */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerifyAnswer"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_result: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The result */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResultDetail"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    correct_result: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The result */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResultChange"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AchievementView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_evidence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The result */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The files */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EvidenceList"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_evidence: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeat safely with the same key */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The result; a team has its evidence in common */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["EvidenceForm"];
            };
        };
        responses: {
            /** @description Added */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EvidenceView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    download_evidence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The result */
                id: string;
                /** @description The file */
                evidence_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file, of the media type that it was found to be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": number[];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_evidence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The result */
                id: string;
                /** @description The file */
                evidence_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resubmit_result: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it is still as it was read */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The result; for a team, that of any member */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Submitted again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AchievementView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    return_result: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it is still as it was read */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The result; for a team, that of any member */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Because"];
            };
        };
        responses: {
            /** @description Returned */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AchievementView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_result: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it is still as it was read */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The result; for a team, that of any member */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Because"];
            };
        };
        responses: {
            /** @description Revoked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AchievementView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verify_result: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it is still as it was read */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The result; for a team, that of any member */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Verified */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AchievementView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdraw_result: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if it is still as it was read */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The result; for a team, that of any member */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PerhapsBecause"];
            };
        };
        responses: {
            /** @description Withdrawn */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AchievementView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_reviews: {
        parameters: {
            query?: {
                /** @description At this host. */
                host_id?: string;
                /** @description Only those whose host has let its time pass. */
                overdue?: boolean;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Scans in doubt */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ReviewView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    count_reviews: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewCount"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_roster_imports: {
        parameters: {
            query?: {
                /** @description For this school. */
                school?: string;
                /** @description In this state. */
                state?: components["schemas"]["State"];
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Imports */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ImportView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stage_roster: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["RosterUpload"];
            };
        };
        responses: {
            /** @description Being staged; read it again until its state is `staged` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_roster_import: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The import */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The import */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    commit_roster: {
        parameters: {
            query?: never;
            header: {
                /** @description Its ETag */
                "If-Match": string;
            };
            path: {
                /** @description The import */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommitRequest"];
            };
        };
        responses: {
            /** @description Being carried out; read it again until its state is `committed` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    discard_roster: {
        parameters: {
            query?: never;
            header: {
                /** @description Its ETag */
                "If-Match": string;
            };
            path: {
                /** @description The import */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Discarded */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_roster_rows: {
        parameters: {
            query?: {
                /** @description `added`, `changed`, `moved`, `left`, `refused` or `unchanged`. */
                outcome?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The import */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Rows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_RowView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fix_roster_row: {
        parameters: {
            query?: never;
            header: {
                /** @description ETag of the import */
                "If-Match": string;
            };
            path: {
                /** @description The import */
                id: string;
                /** @description The row */
                row_no: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RowFix"];
            };
        };
        responses: {
            /** @description Judged again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RowView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    review_scan: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeat safely with the same key */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The scan */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReviewRequest"];
            };
        };
        responses: {
            /** @description What became of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerdictView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_schemes: {
        parameters: {
            query?: {
                /** @description Of this authority. */
                authority_id?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of schemes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SchemeView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_scheme: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewScheme"];
            };
        };
        responses: {
            /** @description Added */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SchemeView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_scheme: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The scheme */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The scheme */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SchemeView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_scheme: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The scheme */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SchemeChange"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SchemeView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_scores: {
        parameters: {
            query?: {
                /** @description The policy; needed where the district scores by several. */
                policy?: string;
                /** @description Of persons now at this school. */
                school?: string;
                /** @description Of persons now in this class, or in one of several, separated by commas. */
                class?: string;
                /** @description Of persons now in this grade. */
                grade?: number;
                /** @description By `number` (if not given), `name` or `total`; with `-`, the last or most first. */
                sort?: "number" | "-number" | "name" | "-name" | "total" | "-total";
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of totals */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ScoreSummary"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    search: {
        parameters: {
            query: {
                /** @description Part of a name or title, or the beginning of a student number or code. */
                q: string;
                /** @description How many hits at most, 20 if not given. */
                limit?: number;
                /** @description Language of titles: `zh` or `en`. */
                lang?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hits"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: {
                /** @description Of this host, whatever its district. */
                host_id?: string;
                /** @description Of this activity, whatever its district. */
                activity_id?: string;
                /** @description Those of all districts. */
                everywhere?: boolean;
                /** @description That begin on this day or later, by the clock of the district. */
                from?: string;
                /** @description That begin on this day or earlier. */
                to?: string;
                /** @description For this grade. */
                grade?: number;
                /** @description In this status. */
                status?: components["schemas"]["SessionStatus"];
                /** @description Only those that take guests and are not over. */
                open?: boolean;
                /** @description Of activities of this kind. */
                kind?: string;
                /** @description Whose activity's title or host's name holds this text. */
                q?: string;
                /** @description Where persons of this school of the district are registered or took part. */
                guests_of?: string;
                /** @description With how many persons of the district are in each, by state. */
                counts?: boolean;
                /** @description By beginning: `starts_at`, the default, or `-starts_at`, the latest first. */
                sort?: "starts_at" | "-starts_at";
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of sessions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SessionView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSession"];
            };
        };
        responses: {
            /** @description Added */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_session: {
        parameters: {
            query?: {
                /** @description With how many persons of the district are in it, by state. */
                counts?: boolean;
            };
            header?: never;
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_session: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionChange"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    mark_attendance: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeat safely with the same key */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AttendanceRequest"];
            };
        };
        responses: {
            /** @description What became of each */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttendanceAnswer"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_session: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionCancellation"];
            };
        };
        responses: {
            /** @description Cancelled */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirm_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeat safely with the same key */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmRequest"];
            };
        };
        responses: {
            /** @description What became of each participation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfirmAnswer"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    copy_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session to repeat */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionCopies"];
            };
        };
        responses: {
            /** @description The copies */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CopiedSessions"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    watch_door: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DoorView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    open_door: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenRequest"];
            };
        };
        responses: {
            /** @description What the device needs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DoorBundle"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    close_door: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeat safely with the same key */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CloseRequest"];
            };
        };
        responses: {
            /** @description What became of everybody */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CloseAnswer"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    record_participations: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeat safely with the same key */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordRequest"];
            };
        };
        responses: {
            /** @description What became of each person */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordAnswer"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    record_sheet: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeat safely with the same key */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["SheetForm"];
            };
        };
        responses: {
            /** @description What became of each row */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordAnswer"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdraw_participations: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeat safely with the same key */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WithdrawRequest"];
            };
        };
        responses: {
            /** @description What became of each participation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WithdrawAnswer"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    claim_presence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PresenceRequest"];
            };
        };
        responses: {
            /** @description A verdict on each */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScansAnswer"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_scans: {
        parameters: {
            query?: {
                /** @description `accepted`, `duplicate_of`, `needs_review` or `refused`. */
                verdict?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Scans */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ScanView"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    take_scans: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScansRequest"];
            };
        };
        responses: {
            /** @description A verdict on each */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScansAnswer"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    import_scans: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportRequest"];
            };
        };
        responses: {
            /** @description A verdict on each */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScansAnswer"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_decisions: {
        parameters: {
            query?: {
                /** @description Only under this policy. */
                policy?: string;
                /** @description Only of this person. */
                person?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of decisions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Decision"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decide_soft_rule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeat safely with the same key */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecideRequest"];
            };
        };
        responses: {
            /** @description Decided */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decision"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_decision: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The decision */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken back */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decision"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_flags: {
        parameters: {
            query?: {
                /** @description Only under this policy. */
                policy?: string;
                /** @description Only of this person. */
                person?: string;
                /** @description How many items, 50 if not given. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of flags */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Flag"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_waiting: {
        parameters: {
            query?: {
                /** @description Only this host; all that the account answers for when not given. */
                host?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sessions in which something waits */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WaitingList"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in, or the session has ended */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Signed in, but may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description No such thing in this district */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It contradicts what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed by somebody else since it was read */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body has another media type than expected */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The rules refuse it; `errors` names the fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description If-Match is missing */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests; see Retry-After */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A fault of the service; quote the instance */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy; try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
