import type { RobotKind } from '../../config/alarms';
import { dingtalk } from './dingtalk';
import { feishu } from './feishu';
import type { RobotForm } from './form';
import { plain } from './plain';
import { slack } from './slack';
import { wecom } from './wecom';

export const FORMS: Readonly<Record<RobotKind, RobotForm>> = { wecom, dingtalk, feishu, slack, plain };
