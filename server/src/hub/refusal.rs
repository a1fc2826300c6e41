//! Every way in which the hub says no, with its numeric or code and its words in one place.
//!
//! Numerics are those of modern.ircdocs.horse; codes of FAIL those of the IRCv3 registry and of the extension in question.

use std::borrow::Cow;

use majlis_protocol::NameError;
use majlis_protocol::numeric::{
    ERR_ALREADYREGISTERED, ERR_BADCHANMASK, ERR_BADCHANNELKEY, ERR_BANLISTFULL, ERR_BANNEDFROMCHAN,
    ERR_CANNOTSENDTOCHAN, ERR_CANTKILLSERVER, ERR_CHANNELISFULL, ERR_CHANOPRIVSNEEDED,
    ERR_ERRONEUSNICKNAME, ERR_INPUTTOOLONG, ERR_INVALIDCAPCMD, ERR_INVALIDKEY,
    ERR_INVALIDMODEPARAM, ERR_INVITEONLYCHAN, ERR_NEEDMOREPARAMS, ERR_NEEDREGGEDNICK,
    ERR_NICKNAMEINUSE, ERR_NONICKNAMEGIVEN, ERR_NOOPERHOST, ERR_NOORIGIN, ERR_NOPRIVILEGES,
    ERR_NORECIPIENT, ERR_NOSUCHCHANNEL, ERR_NOSUCHNICK, ERR_NOSUCHSERVER, ERR_NOTEXTTOSEND,
    ERR_NOTONCHANNEL, ERR_NOTREGISTERED, ERR_PASSWDMISMATCH, ERR_SASLABORTED, ERR_SASLALREADY,
    ERR_SASLFAIL, ERR_SASLTOOLONG, ERR_TOOMANYCHANNELS, ERR_TOOMANYTARGETS, ERR_UMODEUNKNOWNFLAG,
    ERR_UNKNOWNCOMMAND, ERR_UNKNOWNMODE, ERR_USERNOTINCHANNEL, ERR_USERONCHANNEL,
    ERR_USERSDONTMATCH, ERR_YOUREBANNEDCREEP, RPL_TRYAGAIN,
};

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: Code,
    /// What stands between the code and the text; what a client sent may be among it.
    pub(super) words: Vec<String>,
    pub(super) text: Cow<'static, str>,
}

/// In which form it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// By this numeric.
    Numeric(&'static str),
    /// By a FAIL; by a NOTICE to who did not enable standard-replies.
    Fail,
    /// By a FAIL, which the capability that the command belongs to brings with it.
    FailAlways,
}

impl Refusal {
    fn numeric(code: &'static str, words: &[&str], text: impl Into<Cow<'static, str>>) -> Self {
        let words = words.iter().map(|&word| word.to_owned()).collect();
        Self { code: Code::Numeric(code), words, text: text.into() }
    }

    /// Whether somebody did not show that they are who they say.
    pub(super) fn is_of_sign_in(&self) -> bool {
        matches!(self.code, Code::Numeric(ERR_SASLFAIL | ERR_PASSWDMISMATCH))
    }

    /// A FAIL about a whole line with this code; `command` is `*` where it cannot be read.
    pub(super) fn of_line(command: &str, code: &str, text: &'static str) -> Self {
        let words = vec![command.to_owned(), code.to_owned()];
        Self { code: Code::Fail, words, text: text.into() }
    }

    /// A FAIL of CHATHISTORY with this code and context (draft/chathistory, "Errors and Warnings").
    pub(super) fn of_history(code: &str, context: &[&str], text: &'static str) -> Self {
        Self::failed("CHATHISTORY", code, context, text)
    }

    /// A FAIL of a command that comes with a capability of its own, with this code and context.
    pub(super) fn failed(command: &str, code: &str, context: &[&str], text: &'static str) -> Self {
        Self { code: Code::FailAlways, ..Self::of_command(command, code, context, text) }
    }

    /// A FAIL of REGISTER or VERIFY (draft/account-registration, "Responses"), or of PASSWORD, with this code about this
    /// account.
    pub(super) fn of_account(
        command: &str,
        code: &str,
        account: &str,
        text: impl Into<Cow<'static, str>>,
    ) -> Self {
        let words = [command, code, account].map(ToOwned::to_owned).into();
        Self { code: Code::FailAlways, words, text: text.into() }
    }

    /// A FAIL of DEVICE with this code and context.
    pub(super) fn of_device(code: &str, context: &[&str], text: &'static str) -> Self {
        Self::failed("DEVICE", code, context, text)
    }

    /// A FAIL of MARKREAD with this code and context (draft/read-marker, "Errors and Warnings").
    pub(super) fn of_marker(code: &str, context: &[&str], text: &'static str) -> Self {
        Self::failed("MARKREAD", code, context, text)
    }

    /// A FAIL of METADATA with this code and context (draft/metadata-2, "Standard Replies").
    pub(super) fn of_metadata(code: &str, context: &[&str], text: &'static str) -> Self {
        Self::failed("METADATA", code, context, text)
    }

    /// Whatever was wrong: nobody is to learn from it which names there are.
    pub(super) fn sasl_failed() -> Self {
        Self::numeric(ERR_SASLFAIL, &[], "SASL authentication failed")
    }

    pub(super) fn sasl_too_often() -> Self {
        Self::numeric(ERR_SASLFAIL, &[], "Too many tries to sign in; wait a minute and try again")
    }

    pub(super) fn sasl_busy() -> Self {
        Self::numeric(ERR_SASLFAIL, &[], "Too many people are signing in just now; try again")
    }

    pub(super) fn sasl_too_long() -> Self {
        Self::numeric(ERR_SASLTOOLONG, &[], "SASL message too long")
    }

    pub(super) fn sasl_aborted() -> Self {
        Self::numeric(ERR_SASLABORTED, &[], "SASL authentication aborted")
    }

    pub(super) fn sasl_already() -> Self {
        let text = "You have already authenticated using SASL, to another account";
        Self::numeric(ERR_SASLALREADY, &[], text)
    }

    pub(super) fn unknown_command(command: &str) -> Self {
        Self::numeric(ERR_UNKNOWNCOMMAND, &[command], "Unknown command")
    }

    pub(super) fn not_registered() -> Self {
        Self::numeric(ERR_NOTREGISTERED, &[], "You have not registered")
    }

    pub(super) fn wrong_password() -> Self {
        Self::numeric(ERR_PASSWDMISMATCH, &[], "Password incorrect")
    }

    pub(super) fn banned(reason: &str) -> Self {
        let text = match reason {
            "" => "You are banned from this server".to_owned(),
            reason => format!("You are banned from this server: {reason}"),
        };
        Self::numeric(ERR_YOUREBANNEDCREEP, &[], text)
    }

    pub(super) fn nick_banned(nick: &str, reason: &str) -> Self {
        let text = match reason {
            "" => "That name is banned here".to_owned(),
            reason => format!("That name is banned here: {reason}"),
        };
        Self::numeric(ERR_ERRONEUSNICKNAME, &[nick], text)
    }

    pub(super) fn already_registered() -> Self {
        Self::numeric(ERR_ALREADYREGISTERED, &[], "You may not reregister")
    }

    pub(super) fn too_few_params(command: &str) -> Self {
        Self::numeric(ERR_NEEDMOREPARAMS, &[command], "Not enough parameters")
    }

    pub(super) fn invalid_cap_command(subcommand: &str) -> Self {
        Self::numeric(ERR_INVALIDCAPCMD, &[subcommand], "Invalid CAP subcommand")
    }

    pub(super) fn no_origin() -> Self {
        Self::numeric(ERR_NOORIGIN, &[], "No origin specified")
    }

    pub(super) fn no_nick_given() -> Self {
        Self::numeric(ERR_NONICKNAMEGIVEN, &[], "No nickname given")
    }

    pub(super) fn bad_nick(nick: &str, why: NameError) -> Self {
        Self::numeric(ERR_ERRONEUSNICKNAME, &[nick], sentence(&why.to_string()))
    }

    pub(super) fn nick_in_use(nick: &str) -> Self {
        Self::numeric(ERR_NICKNAMEINUSE, &[nick], "Nickname is already in use")
    }

    pub(super) fn nick_registered(nick: &str) -> Self {
        let text = "Nickname belongs to an account; sign in to use it";
        Self::numeric(ERR_NICKNAMEINUSE, &[nick], text)
    }

    pub(super) fn nick_confusable(nick: &str) -> Self {
        Self::numeric(ERR_NICKNAMEINUSE, &[nick], "Nickname looks like one that is in use")
    }

    pub(super) fn no_such_nick(nick: &str) -> Self {
        Self::numeric(ERR_NOSUCHNICK, &[nick], "No such nick")
    }

    pub(super) fn no_operators() -> Self {
        Self::numeric(ERR_NOOPERHOST, &[], "This server has no operators")
    }

    pub(super) fn no_privileges() -> Self {
        Self::numeric(ERR_NOPRIVILEGES, &[], "Permission Denied- You're not an IRC operator")
    }

    pub(super) fn cannot_kill_oneself() -> Self {
        Self::numeric(ERR_CANTKILLSERVER, &[], "You cannot kill yourself; QUIT leaves")
    }

    pub(super) fn try_later(command: &str) -> Self {
        Self::numeric(RPL_TRYAGAIN, &[command], "Please wait a while and try again")
    }

    pub(super) fn no_such_server(server: &str) -> Self {
        Self::numeric(ERR_NOSUCHSERVER, &[server], "No such server")
    }

    pub(super) fn no_such_channel(room: &str) -> Self {
        Self::numeric(ERR_NOSUCHCHANNEL, &[room], "No such channel")
    }

    pub(super) fn bad_channel(room: &str, why: NameError) -> Self {
        Self::numeric(ERR_BADCHANMASK, &[room], sentence(&why.to_string()))
    }

    pub(super) fn too_many_channels(room: &str) -> Self {
        Self::numeric(ERR_TOOMANYCHANNELS, &[room], "You have joined too many channels")
    }

    pub(super) fn server_full_of_channels(room: &str) -> Self {
        let text = "This server has as many channels as it can hold";
        Self::numeric(ERR_TOOMANYCHANNELS, &[room], text)
    }

    pub(super) fn founder_of_too_many(room: &str) -> Self {
        let text = "You have made as many channels as one account may";
        Self::numeric(ERR_TOOMANYCHANNELS, &[room], text)
    }

    pub(super) fn not_on_channel(room: &str) -> Self {
        Self::numeric(ERR_NOTONCHANNEL, &[room], "You're not on that channel")
    }

    pub(super) fn user_not_in_channel(nick: &str, room: &str) -> Self {
        Self::numeric(ERR_USERNOTINCHANNEL, &[nick, room], "They aren't on that channel")
    }

    pub(super) fn not_operator(room: &str) -> Self {
        Self::numeric(ERR_CHANOPRIVSNEEDED, &[room], "You're not channel operator")
    }

    /// `why` stands behind the words: the mode that is in the way.
    pub(super) fn cannot_send(room: &str, why: &str) -> Self {
        Self::numeric(ERR_CANNOTSENDTOCHAN, &[room], format!("Cannot send to channel{why}"))
    }

    pub(super) fn banned_from_channel(room: &str) -> Self {
        Self::numeric(ERR_BANNEDFROMCHAN, &[room], "Cannot join channel (+b)")
    }

    pub(super) fn invite_only(room: &str) -> Self {
        Self::numeric(ERR_INVITEONLYCHAN, &[room], "Cannot join channel (+i)")
    }

    pub(super) fn wrong_key(room: &str) -> Self {
        Self::numeric(ERR_BADCHANNELKEY, &[room], "Cannot join channel (+k)")
    }

    pub(super) fn channel_full(room: &str) -> Self {
        Self::numeric(ERR_CHANNELISFULL, &[room], "Cannot join channel (+l)")
    }

    pub(super) fn needs_account(room: &str, text: &'static str) -> Self {
        Self::numeric(ERR_NEEDREGGEDNICK, &[room], text)
    }

    pub(super) fn user_on_channel(nick: &str, room: &str) -> Self {
        Self::numeric(ERR_USERONCHANNEL, &[nick, room], "is already on channel")
    }

    pub(super) fn list_full(room: &str, mode: char) -> Self {
        let text = "Channel list is full";
        Self::numeric(ERR_BANLISTFULL, &[room, mode.encode_utf8(&mut [0; 4])], text)
    }

    pub(super) fn invalid_key(room: &str) -> Self {
        Self::numeric(ERR_INVALIDKEY, &[room], "Key is not well-formed")
    }

    pub(super) fn invalid_mode_param(
        target: &str,
        mode: char,
        param: &str,
        text: &'static str,
    ) -> Self {
        Self::numeric(ERR_INVALIDMODEPARAM, &[target, &mode.to_string(), param], text)
    }

    /// A FAIL of this command with this code and context; the specification of the command wants it so (setname, "Errors";
    /// draft/channel-rename, "Errors").
    pub(super) fn of_command(
        command: &str,
        code: &str,
        context: &[&str],
        text: &'static str,
    ) -> Self {
        let words = [&[command, code], context].concat();
        let words = words.into_iter().map(ToOwned::to_owned).collect();
        Self { code: Code::FailAlways, words, text: text.into() }
    }

    pub(super) fn too_many_changes() -> Self {
        let text = "More changes with a parameter than one MODE makes";
        Self::numeric(ERR_NEEDMOREPARAMS, &["MODE"], text)
    }

    /// An operator's password that others on the way could have read.
    pub(super) fn plaintext_oper() -> Self {
        let text = "OPER is for encrypted connections; connect by TLS";
        Self::numeric(ERR_NOOPERHOST, &[], text)
    }

    /// A message under an identifier under which another one was sent, to somebody else.
    pub(super) fn sent_elsewhere(command: &str, target: &str) -> Self {
        let words = [command, "SEND_ID_IN_USE", target].map(ToOwned::to_owned).into();
        let text = "Another message was sent with this identifier".into();
        Self { code: Code::Fail, words, text }
    }

    /// A FAIL of BATCH with this code and context (client-batch and draft/multiline, "Errors").
    pub(super) fn of_batch(code: &str, context: &[&str], text: &'static str) -> Self {
        Self { code: Code::FailAlways, ..Self::of_command("BATCH", code, context, text) }
    }

    /// A FAIL of BATCH for what has no code of its own (draft/multiline, "Errors").
    pub(super) fn of_multiline(text: &'static str) -> Self {
        Self::of_batch("MULTILINE_INVALID", &[], text)
    }

    /// Nothing can be kept just now (the code is that of draft/account-registration for what a server cannot do for a while).
    pub(super) fn read_only(command: &str, context: &str, text: &'static str) -> Self {
        Self::of_command(command, "TEMPORARILY_UNAVAILABLE", &[context], text)
    }

    pub(super) fn no_recipient(command: &str) -> Self {
        Self::numeric(ERR_NORECIPIENT, &[], format!("No recipient given ({command})"))
    }

    pub(super) fn no_text() -> Self {
        Self::numeric(ERR_NOTEXTTOSEND, &[], "No text to send")
    }

    pub(super) fn too_many_targets(targets: &str) -> Self {
        Self::numeric(ERR_TOOMANYTARGETS, &[targets], "Too many targets; nothing was done")
    }

    pub(super) fn too_long() -> Self {
        Self::numeric(ERR_INPUTTOOLONG, &[], "Input line was too long")
    }

    pub(super) fn unknown_mode(mode: char, room: &str) -> Self {
        let text = format!("is unknown mode char to me for {room}");
        Self::numeric(ERR_UNKNOWNMODE, &[mode.encode_utf8(&mut [0; 4])], text)
    }

    pub(super) fn unknown_user_mode() -> Self {
        Self::numeric(ERR_UMODEUNKNOWNFLAG, &[], "Unknown MODE flag")
    }

    pub(super) fn users_do_not_match() -> Self {
        Self::numeric(ERR_USERSDONTMATCH, &[], "Cannot see or change mode for other users")
    }
}

/// Plain words as the sentence they are.
fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}
