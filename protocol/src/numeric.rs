//! The numerics that answer the commands, as modern.ircdocs.horse numbers and names them ("Numerics").
//!
//! Only what they stand for is here; their parameters are with whoever sends or reads them.

/// Registered; the words greet.
pub const RPL_WELCOME: &str = "001";
/// The server's name and version.
pub const RPL_YOURHOST: &str = "002";
/// Since when the server runs.
pub const RPL_CREATED: &str = "003";
/// The server's name, version and modes, for programs.
pub const RPL_MYINFO: &str = "004";
/// What the server supports, in tokens.
pub const RPL_ISUPPORT: &str = "005";
/// One's own user modes.
pub const RPL_UMODEIS: &str = "221";
/// How many people there are.
pub const RPL_LUSERCLIENT: &str = "251";
/// How many operators are there.
pub const RPL_LUSEROP: &str = "252";
/// How many connections are not yet registered.
pub const RPL_LUSERUNKNOWN: &str = "253";
/// How many rooms there are.
pub const RPL_LUSERCHANNELS: &str = "254";
/// How many people this server has.
pub const RPL_LUSERME: &str = "255";
/// How many people this server has, and had at most.
pub const RPL_LOCALUSERS: &str = "265";
/// How many people the network has, and had at most.
pub const RPL_GLOBALUSERS: &str = "266";
/// Somebody is away, with their words.
pub const RPL_AWAY: &str = "301";
/// One is no longer away.
pub const RPL_UNAWAY: &str = "305";
/// One is away now.
pub const RPL_NOWAWAY: &str = "306";
/// WHOIS: nick, user, host and realname.
pub const RPL_WHOISUSER: &str = "311";
/// WHOIS: the server they are on.
pub const RPL_WHOISSERVER: &str = "312";
/// The end of WHO.
pub const RPL_ENDOFWHO: &str = "315";
/// WHOIS: how long idle, and since when there.
pub const RPL_WHOISIDLE: &str = "317";
/// The end of WHOIS.
pub const RPL_ENDOFWHOIS: &str = "318";
/// WHOIS: rooms that the asker may know of.
pub const RPL_WHOISCHANNELS: &str = "319";
/// WHOIS: something of note, in words.
pub const RPL_WHOISSPECIAL: &str = "320";
/// The beginning of LIST.
pub const RPL_LISTSTART: &str = "321";
/// LIST: one room, how many are in it, and its topic.
pub const RPL_LIST: &str = "322";
/// The end of LIST.
pub const RPL_LISTEND: &str = "323";
/// A room's modes.
pub const RPL_CHANNELMODEIS: &str = "324";
/// When a room was made.
pub const RPL_CREATIONTIME: &str = "329";
/// WHOIS: the account they are signed in to.
pub const RPL_WHOISACCOUNT: &str = "330";
/// A room has no topic.
pub const RPL_NOTOPIC: &str = "331";
/// A room's topic.
pub const RPL_TOPIC: &str = "332";
/// Who set a room's topic, and when.
pub const RPL_TOPICWHOTIME: &str = "333";
/// WHOIS: their address, for those who may know.
pub const RPL_WHOISACTUALLY: &str = "338";
/// The server's version.
pub const RPL_VERSION: &str = "351";
/// One person of WHO.
pub const RPL_WHOREPLY: &str = "352";
/// Members of a room.
pub const RPL_NAMREPLY: &str = "353";
/// The end of NAMES.
pub const RPL_ENDOFNAMES: &str = "366";
/// One line of the message of the day.
pub const RPL_MOTD: &str = "372";
/// The beginning of the message of the day.
pub const RPL_MOTDSTART: &str = "375";
/// The end of the message of the day.
pub const RPL_ENDOFMOTD: &str = "376";
/// A command failed for a reason that has no number.
pub const ERR_UNKNOWNERROR: &str = "400";
/// There is nobody, or nothing, of that name.
pub const ERR_NOSUCHNICK: &str = "401";
/// There is no server of that name.
pub const ERR_NOSUCHSERVER: &str = "402";
/// There is no room of that name, or it is none.
pub const ERR_NOSUCHCHANNEL: &str = "403";
/// One may not speak in that room.
pub const ERR_CANNOTSENDTOCHAN: &str = "404";
/// One is in as many rooms as one may be.
pub const ERR_TOOMANYCHANNELS: &str = "405";
/// A command names too many targets.
pub const ERR_TOOMANYTARGETS: &str = "407";
/// A PING or PONG says nothing.
pub const ERR_NOORIGIN: &str = "409";
/// There is no such subcommand of CAP.
pub const ERR_INVALIDCAPCMD: &str = "410";
/// A message names nobody.
pub const ERR_NORECIPIENT: &str = "411";
/// A message has no text.
pub const ERR_NOTEXTTOSEND: &str = "412";
/// A line is longer than allowed.
pub const ERR_INPUTTOOLONG: &str = "417";
/// There is no such command.
pub const ERR_UNKNOWNCOMMAND: &str = "421";
/// There is no message of the day.
pub const ERR_NOMOTD: &str = "422";
/// A command lacks the nick.
pub const ERR_NONICKNAMEGIVEN: &str = "431";
/// The nick is not allowed.
pub const ERR_ERRONEUSNICKNAME: &str = "432";
/// Somebody has that nick.
pub const ERR_NICKNAMEINUSE: &str = "433";
/// They are not in that room.
pub const ERR_USERNOTINCHANNEL: &str = "441";
/// One is not in that room.
pub const ERR_NOTONCHANNEL: &str = "442";
/// Registration comes first.
pub const ERR_NOTREGISTERED: &str = "451";
/// A command lacks parameters.
pub const ERR_NEEDMOREPARAMS: &str = "461";
/// Registration cannot be done again.
pub const ERR_ALREADYREGISTERED: &str = "462";
/// There is no such mode of a room.
pub const ERR_UNKNOWNMODE: &str = "472";
/// The room's name is not allowed.
pub const ERR_BADCHANMASK: &str = "476";
/// One is no operator of the room.
pub const ERR_CHANOPRIVSNEEDED: &str = "482";
/// There is no such mode of people.
pub const ERR_UMODEUNKNOWNFLAG: &str = "501";
/// One can change only one's own modes.
pub const ERR_USERSDONTMATCH: &str = "502";
/// WHOIS: they are connected under TLS.
pub const RPL_WHOISSECURE: &str = "671";
/// A mode's parameter is not allowed.
pub const ERR_INVALIDMODEPARAM: &str = "696";
